// What decoders hand to one another inside libmimkit_images.so.
#pragma once
#include "images.h"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace images {

struct Pixels {
  int width = 0, height = 0, channels = 0;
  std::vector<uint8_t> data;                  // [height, width, channels], then one byte so that four can be read at the last pixel
  Pixels() = default;
  Pixels(int w, int h, int c) : width(w), height(h), channels(c), data(size_t(w) * h * c + 1) {}
  uint8_t* at(int y, int x) { return data.data() + (size_t(y) * width + x) * channels; }
  const uint8_t* at(int y, int x) const { return const_cast<Pixels*>(this)->at(y, x); }
};

struct Box { double left, top, right, bottom; };

struct Decoded {
  Pixels pixels;
  Box box;
  int shrunk = 1;
};

struct Unreadable : std::runtime_error { using std::runtime_error::runtime_error; };

// The calling thread's last failure, and a call whose failure becomes it.
std::string& last_error();

template <class Call>
int32_t guarded(Call call) {
  try {
    call();
    return 0;
  } catch (const std::bad_alloc&) {
    last_error() = "there is not enough memory for its pixels";
  } catch (const std::exception& e) {
    last_error() = e.what();
  }
  return -1;
}

void check_size(int64_t width, int64_t height, int64_t most_pixels);

bool is_jpeg(const uint8_t* bytes, size_t count);
mi_header jpeg_header(const uint8_t* bytes, size_t count);
Decoded decode_jpeg(const uint8_t* bytes, size_t count, const mi_wish& wish);

mi_header vips_header(const uint8_t* bytes, size_t count);
Decoded decode_vips(const uint8_t* bytes, size_t count, const mi_wish& wish);

Pixels oriented(Pixels source, int orientation);
Pixels with_channels(Pixels source, int channels);
Pixels from_cmyk(const Pixels& cmyk, bool inverted);
Pixels on_background(const Pixels& with_alpha, int background);
Decoded cut(Pixels whole, const mi_wish& wish);

}  // namespace images
