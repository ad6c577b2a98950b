// The dozen functions that are used of libvips (ABI 42, stable since 8.0), declared here: its own headers come with a development
// package of more than a hundred others, and the library itself is all that is needed.
#pragma once
#include <stddef.h>

extern "C" {
struct VipsImage;
int vips_init(const char* program);
const char* vips_error_buffer(void);
void vips_error_clear(void);
void vips_concurrency_set(int threads);
void vips_cache_set_max(int operations);
void vips_block_untrusted_set(int state);
VipsImage* vips_image_new_from_buffer(const void* bytes, size_t count, const char* options, ...);
int vips_image_get_width(const VipsImage* image);
int vips_image_get_height(const VipsImage* image);
int vips_image_get_bands(const VipsImage* image);
int vips_image_get_format(const VipsImage* image);
int vips_image_get_orientation(VipsImage* image);
int vips_image_guess_interpretation(const VipsImage* image);
int vips_image_hasalpha(VipsImage* image);
int vips_cast(VipsImage* in, VipsImage** out, int format, ...);
int vips_colourspace(VipsImage* in, VipsImage** out, int space, ...);
void* vips_image_write_to_memory(VipsImage* image, size_t* count);
void g_object_unref(void* object);
void g_free(void* memory);
}

constexpr int kVipsInterpretationMultiband = 0, kVipsInterpretationBlackWhite = 1, kVipsInterpretationCmyk = 15, kVipsInterpretationSrgb = 22;
constexpr int kVipsFormatUchar = 0, kVipsFormatUshort = 2;
