// JPEG through libjpeg-turbo: only the rows and blocks of the box are turned into pixels, at 1/2, 1/4 or 1/8 of the size where that is enough.
#include "pixels.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <jpeglib.h>
#include <jerror.h>

namespace images {
namespace {

constexpr int kMostScans = 200;        // a progressive file may declare endless passes over the same pixels
constexpr int kMargin = 2;             // blocks decoded beside the box: chroma is interpolated across them

// libjpeg reports through callbacks that must not return; a C++ exception must not cross its frames, so each call is entered by setjmp.
struct Errors : jpeg_error_mgr {
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void stop(j_common_ptr codec) {
  auto errors = static_cast<Errors*>(codec->err);
  errors->format_message(codec, errors->message);
  std::longjmp(errors->escape, 1);
}

void warn(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {      // what leaves wrong pixels; the other warnings are about irregularities that every reader forgives
    case JWRN_JPEG_EOF: case JWRN_HIT_MARKER: case JWRN_HUFF_BAD_CODE: case JWRN_ARITH_BAD_CODE: case JWRN_MUST_RESYNC: stop(codec);
    default: codec->err->num_warnings++;
  }
}

void count_scans(j_common_ptr codec) {
  if (codec->is_decompressor && reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > kMostScans) {
    std::snprintf(static_cast<Errors*>(codec->err)->message, JMSG_LENGTH_MAX, "more than %d scans", kMostScans);
    std::longjmp(static_cast<Errors*>(codec->err)->escape, 1);
  }
}

class Codec {
 public:
  Codec(const uint8_t* bytes, size_t count) {
    codec_.err = jpeg_std_error(&errors_);
    errors_.error_exit = stop;
    errors_.emit_message = warn;
    call([&] {
      jpeg_create_decompress(&codec_);
      progress_.progress_monitor = count_scans;
      codec_.progress = &progress_;
      jpeg_save_markers(&codec_, JPEG_APP0 + 1, 0xFFFF);
      jpeg_mem_src(&codec_, bytes, static_cast<unsigned long>(count));
      jpeg_read_header(&codec_, TRUE);
    });
  }
  ~Codec() { jpeg_destroy_decompress(&codec_); }
  Codec(const Codec&) = delete;

  jpeg_decompress_struct* operator->() { return &codec_; }
  jpeg_decompress_struct* get() { return &codec_; }

  // Runs libjpeg calls. The callable must own nothing: a jump out of it runs no destructors.
  template <class Calls>
  void call(Calls calls) {
    if (setjmp(errors_.escape)) throw Unreadable(std::string("is damaged: ") + errors_.message);
    calls();
  }

 private:
  jpeg_decompress_struct codec_{};
  Errors errors_{};
  jpeg_progress_mgr progress_{};
};

int exif_orientation(const uint8_t* p, size_t n) {
  if (n < 14 || std::memcmp(p, "Exif\0\0", 6)) return 1;
  p += 6, n -= 6;
  const bool little = p[0] == 'I';
  auto u16 = [&](size_t at) { return at + 2 > n ? 0u : little ? p[at] | p[at + 1] << 8u : p[at] << 8u | p[at + 1]; };
  auto u32 = [&](size_t at) { return little ? u16(at) | u16(at + 2) << 16 : u16(at) << 16 | u16(at + 2); };
  const size_t table = u32(4);
  if (table > n) return 1;
  const unsigned entries = u16(table);
  for (unsigned i = 0; i < entries && table + 2 + 12 * (i + 1) <= n; i++) {
    const size_t entry = table + 2 + 12 * i;
    if (u16(entry) != 0x0112) continue;
    const unsigned value = u16(entry + 8);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

int orientation_of(Codec& codec) {
  for (auto marker = codec->marker_list; marker; marker = marker->next)
    if (marker->marker == JPEG_APP0 + 1) {
      const int found = exif_orientation(marker->data, marker->data_length);
      if (found != 1) return found;
    }
  return 1;
}

int shrink_for(const mi_wish& wish, int width, int height) {
  if (wish.least_width <= 0 || wish.least_height <= 0) return 1;
  int factor = 8;
  while (factor > 1 && (width < factor * wish.least_width || height < factor * wish.least_height)) factor /= 2;
  return factor;
}

void choose_colours(Codec& codec) {
  const auto space = codec->jpeg_color_space;
  if (space == JCS_CMYK || space == JCS_YCCK) codec->out_color_space = JCS_CMYK;
  else if (space == JCS_GRAYSCALE) codec->out_color_space = JCS_GRAYSCALE;
  else codec->out_color_space = JCS_RGB;
}

// Columns and rows first .. last of the (shrunken) image.
Pixels read(Codec& codec, int left, int top, int right, int bottom, int& first_column) {
  JDIMENSION x = 0, w = codec->output_width;
  if (left > 0 || right < int(w)) {
    const int block = codec->max_h_samp_factor * codec->min_DCT_scaled_size, from = std::max(0, left - kMargin * block);
    x = from, w = std::min<int>(w, right + kMargin * block) - from;
    codec.call([&] { jpeg_crop_scanline(codec.get(), &x, &w); });
  }
  first_column = int(x);
  Pixels pixels(int(codec->output_width), bottom - top, codec->output_components);
  codec.call([&] {
    if (top > 0) jpeg_skip_scanlines(codec.get(), top);
    for (int y = 0; y < pixels.height;) {
      JSAMPROW row = pixels.at(y, 0);
      y += jpeg_read_scanlines(codec.get(), &row, 1);
    }
  });
  return pixels;
}

}  // namespace

bool is_jpeg(const uint8_t* bytes, size_t count) { return count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF; }

mi_header jpeg_header(const uint8_t* bytes, size_t count) {
  Codec codec(bytes, count);
  mi_header header{int(codec->image_width), int(codec->image_height), codec->num_components == 1 ? 1 : 3, orientation_of(codec)};
  if (header.orientation >= 5) std::swap(header.width, header.height);
  return header;
}

Decoded decode_jpeg(const uint8_t* bytes, size_t count, const mi_wish& wish) {
  Codec codec(bytes, count);
  const int width = codec->image_width, height = codec->image_height, orientation = orientation_of(codec);
  check_size(width, height, wish.most_pixels);
  choose_colours(codec);
  const bool boxed = wish.box_width > 0 && orientation == 1;                     // a turned image is read whole, then cut
  if (boxed && (wish.box_x < 0 || wish.box_y < 0 || wish.box_height < 1 || wish.box_x + wish.box_width > width || wish.box_y + wish.box_height > height))
    throw Unreadable("is " + std::to_string(width) + " x " + std::to_string(height) + ": the box that is asked for lies outside");
  const Box box = boxed ? Box{double(wish.box_x), double(wish.box_y), double(wish.box_x + wish.box_width), double(wish.box_y + wish.box_height)}
                        : Box{0, 0, double(width), double(height)};

  Decoded result;
  if (orientation == 1) result.shrunk = shrink_for(wish, int(box.right - box.left), int(box.bottom - box.top));
  codec->scale_num = 1, codec->scale_denom = result.shrunk;
  codec.call([&] { jpeg_start_decompress(codec.get()); });
  const double f = result.shrunk;
  const int w = codec->output_width, h = codec->output_height;
  const int left = int(box.left / f), top = int(box.top / f);
  const int right = std::min(w, int((box.right + f - 1) / f)), bottom = std::min(h, int((box.bottom + f - 1) / f));
  int first_column = 0;
  auto pixels = read(codec, left, top, right, bottom, first_column);

  if (codec->out_color_space == JCS_CMYK) pixels = from_cmyk(pixels, codec->saw_Adobe_marker);
  pixels = with_channels(std::move(pixels), wish.channels);
  if (orientation != 1) return cut(oriented(std::move(pixels), orientation), wish);
  result.box = {box.left / f - first_column, box.top / f - top, std::min(box.right / f, double(w)) - first_column, std::min(box.bottom / f, double(h)) - top};
  result.pixels = std::move(pixels);
  return result;
}

}  // namespace images
