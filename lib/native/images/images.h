// The C ABI of libmimkit_images.so: encoded bytes to pixels, and pixels to another size. It knows nothing of tensors and does not load libtorch.
// Pixels are uint8, [height, width, channels], rows without padding. No call throws or stops the process: a negative result means
// that mi_error() holds the reason. Every call may be made from any thread.
#pragma once
#include <stdint.h>

#define MI_API extern "C" __attribute__((visibility("default")))

// What the header of an encoded image says; nothing is decoded for it. Width and height are those after EXIF orientation.
struct mi_header {
  int32_t width, height;
  int32_t channels;       // 1 grey, 3 colour; alpha is not counted
  int32_t orientation;    // 1..8 as in EXIF, 1 where there is none
};

// What to decode. The box is in oriented pixels; box_width 0 means all of the image.
struct mi_wish {
  int64_t most_pixels;                        // a header that declares more is refused before anything is allocated
  int32_t channels;                           // 1, 3, or 0: as the image has
  int32_t background;                         // 0xRRGGBB that transparent pixels are laid on
  int32_t box_x, box_y, box_width, box_height;
  int32_t least_width, least_height;          // shrink while decoding (JPEG: 1/2, 1/4, 1/8) as long as the box keeps this size; 0: never
};

// Decoded pixels, to be freed with mi_free. The box that was asked for lies at (x, y, x + width', y + height') of them:
// whole pixels, except where the image was shrunk while decoding.
struct mi_pixels {
  uint8_t* data;
  int32_t width, height, channels, shrunk;    // shrunk: 1, 2, 4 or 8
  double box_left, box_top, box_right, box_bottom;
};

enum mi_filter : int32_t { MI_NEAREST = 0, MI_BOX = 1, MI_BILINEAR = 2, MI_BICUBIC = 3, MI_LANCZOS = 4 };

MI_API const char* mi_error();
MI_API void mi_free(uint8_t* data);
MI_API int32_t mi_read_header(const uint8_t* bytes, int64_t count, mi_header* header);
MI_API int32_t mi_decode(const uint8_t* bytes, int64_t count, const mi_wish* wish, mi_pixels* pixels);

// Resamples the box (left, top, right, bottom; fractions allowed) to target_width x target_height, antialiased where it shrinks:
// the sums of Pillow's Image.resize(size, filter, box), bit for bit. Rows are 'stride' bytes apart: a part of a larger picture is read where it lies.
MI_API int32_t mi_resize(const uint8_t* source, int32_t width, int32_t height, int64_t stride, int32_t channels, const double* box,
                         uint8_t* target, int32_t target_width, int32_t target_height, int32_t filter);

// Baseline JPEG, 4:2:0; the bytes are to be freed with mi_free.
MI_API int32_t mi_encode_jpeg(const uint8_t* source, int32_t width, int32_t height, int32_t channels, int32_t quality, uint8_t** bytes, int64_t* count);

// [H, W, C] uint8 to [C, H, W] float32: x * scale[c] + shift[c], mirrored left to right if asked.
MI_API void mi_to_planes(const uint8_t* source, int32_t width, int32_t height, int32_t channels, const float* scale, const float* shift,
                         int32_t mirror, float* target);
