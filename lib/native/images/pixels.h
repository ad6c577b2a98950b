// What decoders hand to one another inside libmimkit_images.so.
#pragma once
#include "images.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace images {

// Memory for bytes that are all about to be written: not cleared first, and handed out as it is.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(size_t size) : size_(size), bytes_(static_cast<uint8_t*>(std::malloc(size))) { if (!bytes_) throw std::bad_alloc(); }
  uint8_t* data() { return bytes_.get(); }
  const uint8_t* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  uint8_t& operator[](size_t i) { return bytes_.get()[i]; }
  uint8_t* release() { size_ = 0; return bytes_.release(); }                     // the receiver's to free

 private:
  struct Free { void operator()(uint8_t* bytes) const { std::free(bytes); } };
  size_t size_ = 0;
  std::unique_ptr<uint8_t, Free> bytes_;
};

struct Pixels {
  int width = 0, height = 0, channels = 0;
  Bytes data;                                 // [height, width, channels], then one byte so that four can be read at the last pixel
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
