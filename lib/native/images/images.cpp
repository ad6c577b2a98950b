// The ABI's entry points: which decoder reads the bytes, and every failure as a message.
#include "pixels.h"

#include <cstdlib>

namespace images {

void check_size(int64_t width, int64_t height, int64_t most_pixels) {
  if (width < 1 || height < 1) throw Unreadable("declares " + std::to_string(width) + " x " + std::to_string(height) + " pixels");
  if (width * height > most_pixels)
    throw Unreadable("declares " + std::to_string(width) + " x " + std::to_string(height) + " pixels; at most " + std::to_string(most_pixels) + " are read");
}

std::string& last_error() {
  static thread_local std::string error;
  return error;
}

static void give(Decoded decoded, mi_pixels* out) {
  auto& p = decoded.pixels;
  out->data = p.data.release();
  out->width = p.width, out->height = p.height, out->channels = p.channels, out->shrunk = decoded.shrunk;
  out->box_left = decoded.box.left, out->box_top = decoded.box.top, out->box_right = decoded.box.right, out->box_bottom = decoded.box.bottom;
}

}  // namespace images

using namespace images;

const char* mi_error() { return last_error().c_str(); }
void mi_free(uint8_t* data) { std::free(data); }

int32_t mi_read_header(const uint8_t* bytes, int64_t count, mi_header* header) {
  return guarded([&] { *header = is_jpeg(bytes, count) ? jpeg_header(bytes, count) : vips_header(bytes, count); });
}

int32_t mi_decode(const uint8_t* bytes, int64_t count, const mi_wish* wish, mi_pixels* pixels) {
  return guarded([&] { give(is_jpeg(bytes, count) ? decode_jpeg(bytes, count, *wish) : decode_vips(bytes, count, *wish), pixels); });
}
