// Resampling in two passes with fixed-point weights, as Pillow's Resample.c does it, so that the bytes are the same; and uint8 to float planes.
#include "pixels.h"
#include "resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define LEVELS __attribute__((target_clones("arch=x86-64-v3", "default")))       // chosen when the library is loaded
#else
#define LEVELS
#endif

namespace images {
namespace {

struct Filter { double (*at)(double); double support; };

double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }
double bilinear(double x) { x = std::fabs(x); return x < 1 ? 1 - x : 0; }
double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
double sinc(double x) { return x == 0 ? 1 : std::sin(x * M_PI) / (x * M_PI); }
double lanczos(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

Filter filter_of(int32_t filter) {
  switch (filter) {
    case MI_BOX: return {box, 0.5};
    case MI_BILINEAR: return {bilinear, 1};
    case MI_BICUBIC: return {bicubic, 2};
    case MI_LANCZOS: return {lanczos, 3};
    default: throw std::invalid_argument("filter " + std::to_string(filter) + " is none of box, bilinear, bicubic, lanczos");
  }
}

Weights weights_of(int input, double from, double to, int output, const Filter& filter) {
  const double scale = (to - from) / output, stretch = std::max(scale, 1.0), support = filter.support * stretch;
  Weights w;
  w.taps = int(std::ceil(support)) * 2 + 1;
  w.first.resize(output), w.count.resize(output), w.weight.assign(size_t(output) * w.taps, 0);
  std::vector<double> exact(w.taps);
  for (int i = 0; i < output; i++) {
    const double centre = from + (i + 0.5) * scale;
    const int first = std::max(int(centre - support + 0.5), 0), end = std::min(int(centre + support + 0.5), input), count = end - first;
    double sum = 0;
    for (int t = 0; t < count; t++) sum += exact[t] = filter.at((t + first - centre + 0.5) * (1 / stretch));
    for (int t = 0; t < count; t++) {
      const double k = (sum != 0 ? exact[t] / sum : exact[t]) * (1 << kBits);
      w.weight[size_t(i) * w.taps + t] = int(k < 0 ? k - 0.5 : k + 0.5);
    }
    w.first[i] = first, w.count[i] = count;
  }
  return w;
}

inline uint8_t clipped(int sum) {
  sum >>= kBits;
  return uint8_t(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

typedef int Four __attribute__((vector_size(16)));
typedef uint8_t FourBytes __attribute__((vector_size(4)));

// Three channels are summed as four lanes; the last reads the next pixel's byte and is thrown away.
LEVELS void across_colour(const uint8_t* row, uint8_t* out, int width, const Weights& w) {
  for (int i = 0; i < width; i++, out += 3) {
    Four sum = {1 << (kBits - 1), 1 << (kBits - 1), 1 << (kBits - 1), 0};
    const uint8_t* from = row + 3 * size_t(w.first[i]);
    const int* k = w.weight.data() + size_t(i) * w.taps;
    for (int t = 0; t < w.count[i]; t++, from += 3) {
      FourBytes four;
      std::memcpy(&four, from, 4);
      sum += __builtin_convertvector(four, Four) * k[t];
    }
    for (int c = 0; c < 3; c++) out[c] = clipped(sum[c]);
  }
}

LEVELS void across_any(const uint8_t* row, uint8_t* out, int width, int channels, const Weights& w) {
  for (int i = 0; i < width; i++)
    for (int c = 0; c < channels; c++) {
      int sum = 1 << (kBits - 1);
      const uint8_t* from = row + size_t(w.first[i]) * channels + c;
      const int* k = w.weight.data() + size_t(i) * w.taps;
      for (int t = 0; t < w.count[i]; t++) sum += from[size_t(t) * channels] * k[t];
      *out++ = clipped(sum);
    }
}

LEVELS void down(const uint8_t* const* rows, const int* k, int count, int bytes, int* __restrict sums, uint8_t* __restrict out) {
  for (int x = 0; x < bytes; x++) sums[x] = 1 << (kBits - 1);
  for (int t = 0; t < count; t++) {
    const uint8_t* __restrict row = rows[t];
    const int weight = k[t];
    for (int x = 0; x < bytes; x++) sums[x] += row[x] * weight;
  }
  for (int x = 0; x < bytes; x++) out[x] = clipped(sums[x]);
}

// Places are added up, not multiplied: at a pixel's edge that decides, and Pillow does it so.
void nearest(const uint8_t* source, size_t stride, int channels, const Box& b, uint8_t* target, int tw, int th) {
  const double across = (b.right - b.left) / tw, down = (b.bottom - b.top) / th;
  double sy = b.top + down * 0.5;
  for (int y = 0; y < th; y++, sy += down) {
    double sx = b.left + across * 0.5;
    for (int x = 0; x < tw; x++, sx += across)
      std::memcpy(target + (size_t(y) * tw + x) * channels, source + size_t(sy) * stride + size_t(sx) * channels, channels);
  }
}

// The rows of the first pass: source rows top .. bottom, each 'tw' wide afterwards.
void across(const uint8_t* source, int width, int height, size_t stride, int channels, const Weights& weights, int top, int bottom, uint8_t* narrow, int tw) {
  constexpr size_t kBeyond = 5;                                                  // bytes that are read after a row's last pixel, and weigh nothing
  const size_t row_bytes = size_t(width) * channels, out_bytes = size_t(tw) * channels;
  const uint8_t* end = source + (height - 1) * stride + row_bytes;
  std::vector<uint8_t> padded[2];
  auto row_at = [&](int y) {
    const uint8_t* row = source + y * stride;
    if (row + row_bytes + kBeyond <= end) return row;
    auto& copy = padded[y % 2];
    copy.assign(row_bytes + kBeyond, 0);
    std::memcpy(copy.data(), row, row_bytes);
    return static_cast<const uint8_t*>(copy.data());
  };
  int y = top;
  if (channels == 3 && has_wide_rows()) {
    const auto pairs = pairs_of(weights);
    for (; y + 1 < bottom; y += 2) across_two_rows(row_at(y), row_at(y + 1), narrow + (y - top) * out_bytes, narrow + (y + 1 - top) * out_bytes, tw, weights, pairs);
  }
  for (; y < bottom; y++) {
    uint8_t* out = narrow + (y - top) * out_bytes;
    channels == 3 ? across_colour(row_at(y), out, tw, weights) : across_any(row_at(y), out, tw, channels, weights);
  }
}

void resize(const uint8_t* source, int width, int height, size_t stride, int channels, const Box& b, uint8_t* target, int tw, int th, int32_t kind) {
  if (kind == MI_NEAREST) return nearest(source, stride, channels, b, target, tw, th);
  const auto filter = filter_of(kind);
  const auto vertical = weights_of(height, b.top, b.bottom, th, filter);
  const int top = vertical.first[0], bottom = vertical.first[th - 1] + vertical.count[th - 1];
  const bool wide = tw != width || b.left != 0 || b.right != width, tall = th != height || b.top != 0 || b.bottom != height;

  const int bytes = tw * channels;
  Bytes narrow;
  const uint8_t* rows = source + top * stride;                                   // rows from 'top', 'step' bytes apart, tw wide
  size_t step = stride;
  if (wide) {
    narrow = Bytes(size_t(bottom - top) * bytes);
    across(source, width, height, stride, channels, weights_of(width, b.left, b.right, tw, filter), top, bottom, narrow.data(), tw);
    rows = narrow.data(), step = bytes;
  }
  if (!tall) {
    for (int y = 0; y < th; y++) std::memcpy(target + size_t(y) * bytes, rows + y * step, bytes);
    return;
  }
  std::vector<int> sums(bytes);
  std::vector<const uint8_t*> lines(vertical.taps);
  const bool blocks = has_wide_rows();
  for (int y = 0; y < th; y++) {
    for (int t = 0; t < vertical.count[y]; t++) lines[t] = rows + (vertical.first[y] - top + t) * step;
    const int* k = vertical.weight.data() + size_t(y) * vertical.taps;
    uint8_t* out = target + size_t(y) * bytes;
    blocks ? down_in_blocks(lines.data(), k, vertical.count[y], bytes, out) : down(lines.data(), k, vertical.count[y], bytes, sums.data(), out);
  }
}

}  // namespace

void checked_resize(const uint8_t* source, int width, int height, int64_t stride, int channels, const double* b, uint8_t* target, int tw, int th, int32_t filter) {
  if (width < 1 || height < 1 || channels < 1 || stride < int64_t(width) * channels || tw < 1 || th < 1 || !(b[0] >= 0 && b[1] >= 0 && b[2] > b[0] && b[3] > b[1] && b[2] <= width && b[3] <= height))
    throw std::invalid_argument("an image of " + std::to_string(width) + " x " + std::to_string(height) + " has no such box or target size");
  resize(source, width, height, size_t(stride), channels, {b[0], b[1], b[2], b[3]}, target, tw, th, filter);
}

template <int C>
LEVELS static void planes(const uint8_t* row, int width, int step, const float* scale, const float* shift, float* target, size_t plane) {
  for (int c = 0; c < C; c++) {
    const float a = scale[c], b = shift[c];
    float* __restrict out = target + c * plane;
    if (step > 0) for (int x = 0; x < width; x++) out[x] = row[x * C + c] * a + b;
    else for (int x = 0; x < width; x++) out[width - 1 - x] = row[x * C + c] * a + b;
  }
}

}  // namespace images

int32_t mi_resize(const uint8_t* source, int32_t width, int32_t height, int64_t stride, int32_t channels, const double* box, uint8_t* target, int32_t tw, int32_t th, int32_t filter) {
  return images::guarded([&] { images::checked_resize(source, width, height, stride, channels, box, target, tw, th, filter); });
}

void mi_to_planes(const uint8_t* source, int32_t width, int32_t height, int32_t channels, const float* scale, const float* shift, int32_t mirror, float* target) {
  const size_t plane = size_t(width) * height;
  const int step = mirror ? -1 : 1;
  for (int y = 0; y < height; y++) {
    const uint8_t* row = source + size_t(y) * width * channels;
    float* out = target + size_t(y) * width;
    if (channels == 3) images::planes<3>(row, width, step, scale, shift, out, plane);
    else images::planes<1>(row, width, step, scale, shift, out, plane);
  }
}
