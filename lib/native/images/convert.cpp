// From what a file holds to what is asked for: orientation, channels, CMYK, transparency, a box. Integer arithmetic is Pillow's.
#include "pixels.h"

#include <algorithm>
#include <cstring>

namespace images {

static uint8_t divided_by_255(int product) {
  product += 128;
  return uint8_t((product + (product >> 8)) >> 8);
}

// EXIF: 2 mirror, 3 half turn, 4 flip, 5 transpose, 6 turn right, 7 transverse, 8 turn left.
Pixels oriented(Pixels source, int orientation) {
  if (orientation < 2 || orientation > 8) return source;
  const bool turned = orientation >= 5;
  const int w = source.width, h = source.height, c = source.channels;
  Pixels result(turned ? h : w, turned ? w : h, c);
  for (int y = 0; y < result.height; y++)
    for (int x = 0; x < result.width; x++) {
      int sx = turned ? y : x, sy = turned ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) sx = w - 1 - sx;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) sy = h - 1 - sy;
      std::memcpy(result.at(y, x), source.at(sy, sx), c);
    }
  return result;
}

Pixels with_channels(Pixels source, int channels) {
  if (channels == 0 || channels == source.channels) return source;
  Pixels result(source.width, source.height, channels);
  const size_t count = size_t(source.width) * source.height;
  const uint8_t* from = source.data.data();
  uint8_t* to = result.data.data();
  if (channels == 3)
    for (size_t i = 0; i < count; i++) to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
  else
    for (size_t i = 0; i < count; i++, from += 3) to[i] = uint8_t((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 0x8000) >> 16);   // ITU-R 601-2
  return result;
}

Pixels from_cmyk(const Pixels& cmyk, bool inverted) {
  Pixels result(cmyk.width, cmyk.height, 3);
  const size_t count = size_t(cmyk.width) * cmyk.height;
  for (size_t i = 0; i < count; i++) {
    const uint8_t* from = cmyk.data.data() + 4 * i;
    const int flip = inverted ? 0 : 255, light = from[3] ^ flip;                 // Adobe's JPEG files hold 255 - ink
    for (int c = 0; c < 3; c++) result.data[3 * i + c] = divided_by_255((from[c] ^ flip) * light);
  }
  return result;
}

Pixels on_background(const Pixels& source, int background) {
  const int c = source.channels - 1;                                             // the last one is alpha
  Pixels result(source.width, source.height, c);
  const int colour[3] = {background >> 16 & 255, background >> 8 & 255, background & 255};
  const size_t count = size_t(source.width) * source.height;
  const uint8_t* from = source.data.data();
  for (size_t i = 0; i < count; i++, from += c + 1)
    for (int k = 0; k < c; k++) result.data[c * i + k] = divided_by_255(from[k] * from[c] + colour[k] * (255 - from[c]));
  return result;
}

Decoded cut(Pixels whole, const mi_wish& wish) {
  Decoded result;
  if (wish.box_width == 0) {
    result.box = {0, 0, double(whole.width), double(whole.height)};
    result.pixels = std::move(whole);
    return result;
  }
  if (wish.box_x < 0 || wish.box_y < 0 || wish.box_width < 1 || wish.box_height < 1 ||
      wish.box_x + wish.box_width > whole.width || wish.box_y + wish.box_height > whole.height)
    throw Unreadable("is " + std::to_string(whole.width) + " x " + std::to_string(whole.height) + ": the box that is asked for lies outside");
  result.pixels = Pixels(wish.box_width, wish.box_height, whole.channels);
  for (int y = 0; y < wish.box_height; y++)
    std::memcpy(result.pixels.at(y, 0), whole.at(wish.box_y + y, wish.box_x), size_t(wish.box_width) * whole.channels);
  result.box = {0, 0, double(wish.box_width), double(wish.box_height)};
  return result;
}

}  // namespace images
