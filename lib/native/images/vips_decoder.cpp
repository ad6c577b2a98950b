// Every format but JPEG: PNG, WebP, TIFF and the first frame of a GIF, through libvips.
#include "pixels.h"
#include "vips_abi.h"

#include <cstring>
#include <memory>
#include <mutex>

namespace images {
namespace {

struct Unref { void operator()(VipsImage* image) const { if (image) g_object_unref(image); } };
using Image = std::unique_ptr<VipsImage, Unref>;

void start() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (vips_init("mimkit")) throw std::runtime_error("libvips does not start");
    vips_concurrency_set(1);            // the loader decodes many images at once, each on one thread
    vips_cache_set_max(0);              // no image is decoded twice in a row
    vips_block_untrusted_set(1);
  });
}

[[noreturn]] void fail() {
  std::string reason = vips_error_buffer();
  vips_error_clear();
  while (!reason.empty() && reason.back() == '\n') reason.pop_back();
  for (auto& c : reason) if (c == '\n') c = ';';
  throw Unreadable("is damaged: " + (reason.empty() ? "libvips gives no reason" : reason));
}

const char* options_for(const uint8_t* bytes, size_t count) {
  auto starts = [&](const char* magic, size_t length, size_t at = 0) { return count >= at + length && !std::memcmp(bytes + at, magic, length); };
  if (starts("\x89PNG\r\n\x1a\n", 8)) return "[access=sequential,fail_on=error]";
  if (starts("GIF87a", 6) || starts("GIF89a", 6)) return "[access=sequential,fail_on=error]";
  if (starts("RIFF", 4) && starts("WEBP", 4, 8)) return "[access=sequential,fail_on=error]";
  if (starts("II*\0", 4) || starts("MM\0*", 4)) return "[fail_on=error]";        // tiles come in any order
  throw Unreadable(count == 0 ? "is empty" : "is no JPEG, PNG, WebP, TIFF or GIF image: its first bytes are none of theirs");
}

Image open(const uint8_t* bytes, size_t count) {
  const char* options = options_for(bytes, count);
  start();
  Image image(vips_image_new_from_buffer(bytes, count, options, nullptr));
  if (!image) fail();
  return image;
}

Image converted(Image image) {
  VipsImage* out = nullptr;
  if (vips_image_get_format(image.get()) == kVipsFormatUshort) {                 // the high byte of 16 bits
    if (vips_cast(image.get(), &out, kVipsFormatUchar, "shift", 1, nullptr)) fail();
    return Image(out);
  }
  const int space = vips_image_guess_interpretation(image.get());
  if (space != kVipsInterpretationCmyk && space != kVipsInterpretationMultiband) {
    const int bands = vips_image_get_bands(image.get()) - (vips_image_hasalpha(image.get()) ? 1 : 0);
    if (vips_colourspace(image.get(), &out, bands < 3 ? kVipsInterpretationBlackWhite : kVipsInterpretationSrgb, nullptr)) fail();
    image.reset(out);
  }
  if (vips_cast(image.get(), &out, kVipsFormatUchar, nullptr)) fail();
  return Image(out);
}

Pixels pixels_of(VipsImage* image) {
  Pixels pixels(vips_image_get_width(image), vips_image_get_height(image), vips_image_get_bands(image));
  size_t count = 0;
  std::unique_ptr<void, void (*)(void*)> memory(vips_image_write_to_memory(image, &count), g_free);
  if (!memory) fail();
  if (count + 1 != pixels.data.size()) throw Unreadable("holds another number of pixels than it declares");
  std::memcpy(pixels.data.data(), memory.get(), count);
  return pixels;
}

}  // namespace

mi_header vips_header(const uint8_t* bytes, size_t count) {
  auto image = open(bytes, count);
  const int orientation = vips_image_get_orientation(image.get()), bands = vips_image_get_bands(image.get());
  mi_header header{vips_image_get_width(image.get()), vips_image_get_height(image.get()), bands < 3 ? 1 : 3, orientation};
  if (orientation >= 5) std::swap(header.width, header.height);
  return header;
}

Decoded decode_vips(const uint8_t* bytes, size_t count, const mi_wish& wish) {
  auto image = open(bytes, count);
  check_size(vips_image_get_width(image.get()), vips_image_get_height(image.get()), wish.most_pixels);
  const int orientation = vips_image_get_orientation(image.get());
  const bool cmyk = vips_image_guess_interpretation(image.get()) == kVipsInterpretationCmyk;
  image = converted(std::move(image));
  auto pixels = pixels_of(image.get());
  if (cmyk && pixels.channels == 4) pixels = from_cmyk(pixels, false);
  else if (pixels.channels == 2 || pixels.channels == 4) pixels = on_background(pixels, wish.background);
  if (pixels.channels != 1 && pixels.channels != 3)
    throw Unreadable("has " + std::to_string(pixels.channels) + " channels; grey, colour, CMYK and their transparent forms are read");
  return cut(with_channels(oriented(std::move(pixels), orientation), wish.channels), wish);
}

}  // namespace images
