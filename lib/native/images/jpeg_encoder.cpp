// Pixels to JPEG, for data sets that are made here.
#include "pixels.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>

namespace {

struct Errors : jpeg_error_mgr {
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

void stop(j_common_ptr codec) {
  auto errors = static_cast<Errors*>(codec->err);
  errors->format_message(codec, errors->message);
  std::longjmp(errors->escape, 1);
}

}  // namespace

int32_t mi_encode_jpeg(const uint8_t* source, int32_t width, int32_t height, int32_t channels, int32_t quality, uint8_t** bytes, int64_t* count) {
  jpeg_compress_struct codec{};
  Errors errors{};
  codec.err = jpeg_std_error(&errors);
  errors.error_exit = stop;
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  if (setjmp(errors.escape)) {
    images::last_error() = errors.message;
    jpeg_destroy_compress(&codec);
    mi_free(memory);
    return -1;
  }
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &memory, &size);
  codec.image_width = width, codec.image_height = height, codec.input_components = channels;
  codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = const_cast<uint8_t*>(source) + size_t(codec.next_scanline) * width * channels;
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  *bytes = memory, *count = int64_t(size);
  return 0;
}
