// The passes of resampling where the processor has AVX2: across, for three channels, two rows and two taps at a time; down, in blocks of columns whose sums stay in registers.
// The sums are those of the plain passes, exactly.
#include "resize.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <cstring>
#include <immintrin.h>

namespace images {

namespace {
constexpr int kLow = 11;               // a weight is its high part times 2^11 and a low part: both fit the 16 bits that are multiplied and added in pairs
}

bool has_wide_rows() { return __builtin_cpu_supports("avx2"); }

WeightPairs pairs_of(const Weights& w) {
  WeightPairs pairs{(w.taps + 1) / 2, {}};
  pairs.value.assign(w.first.size() * pairs.steps * 2, 0);
  auto both = [](int a, int b) { return int32_t(uint32_t(a & 0xFFFF) | uint32_t(b) << 16); };
  for (size_t i = 0; i < w.first.size(); i++)
    for (int t = 0; t < w.count[i]; t += 2) {
      const int* k = w.weight.data() + i * w.taps + t;
      const int a = k[0], b = t + 1 < w.count[i] ? k[1] : 0;
      int32_t* at = pairs.value.data() + (i * pairs.steps + t / 2) * 2;
      at[0] = both(a >> kLow, b >> kLow);
      at[1] = both(a & ((1 << kLow) - 1), b & ((1 << kLow) - 1));
    }
  return pairs;
}

// Eight bytes are read at the last two taps: five may lie beyond the row.
__attribute__((target("avx2"))) void across_two_rows(const uint8_t* row, const uint8_t* other, uint8_t* out, uint8_t* other_out, int width, const Weights& w, const WeightPairs& pairs) {
  const __m256i channels = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));   // (p0 c, p1 c) as words, for each channel c
  const __m256i half = _mm256_set1_epi32(1 << (kBits - 1));
  for (int i = 0; i < width; i++) {
    const size_t from = 3 * size_t(w.first[i]);
    const int32_t* k = pairs.value.data() + size_t(i) * pairs.steps * 2;
    __m256i high = _mm256_setzero_si256(), low = half;
    for (int t = 0; t < w.count[i]; t += 2, k += 2) {
      const __m128i a = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + from + 3 * t)), b = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(other + from + 3 * t));
      const __m256i words = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1), channels);
      high = _mm256_add_epi32(high, _mm256_madd_epi16(words, _mm256_set1_epi32(k[0])));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(words, _mm256_set1_epi32(k[1])));
    }
    const __m256i sum = _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, kLow), low), kBits), bytes = _mm256_packus_epi16(_mm256_packs_epi32(sum, sum), sum);
    const uint32_t one = uint32_t(_mm_cvtsi128_si32(_mm256_castsi256_si128(bytes))), two = uint32_t(_mm_cvtsi128_si32(_mm256_extracti128_si256(bytes, 1)));
    std::memcpy(out + 3 * i, &one, 3);
    std::memcpy(other_out + 3 * i, &two, 3);
  }
}

__attribute__((target("avx2"))) void down_in_blocks(const uint8_t* const* rows, const int* k, int count, int bytes, uint8_t* out) {
  const __m256i half = _mm256_set1_epi32(1 << (kBits - 1)), order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  int x = 0;
  for (; x + 32 <= bytes; x += 32) {
    __m256i a = half, b = half, c = half, d = half;
    for (int t = 0; t < count; t++) {
      const uint8_t* row = rows[t] + x;
      const __m256i weight = _mm256_set1_epi32(k[t]);
      auto eight = [&](int at) __attribute__((target("avx2"))) { return _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + at))), weight); };
      a = _mm256_add_epi32(a, eight(0));
      b = _mm256_add_epi32(b, eight(8));
      c = _mm256_add_epi32(c, eight(16));
      d = _mm256_add_epi32(d, eight(24));
    }
    const __m256i ab = _mm256_packs_epi32(_mm256_srai_epi32(a, kBits), _mm256_srai_epi32(b, kBits)), cd = _mm256_packs_epi32(_mm256_srai_epi32(c, kBits), _mm256_srai_epi32(d, kBits));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + x), _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd), order));
  }
  for (; x < bytes; x++) {
    int sum = 1 << (kBits - 1);
    for (int t = 0; t < count; t++) sum += rows[t][x] * k[t];
    sum >>= kBits;
    out[x] = uint8_t(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}

}  // namespace images

#else

namespace images {
bool has_wide_rows() { return false; }
WeightPairs pairs_of(const Weights&) { return {}; }
void across_two_rows(const uint8_t*, const uint8_t*, uint8_t*, uint8_t*, int, const Weights&, const WeightPairs&) {}
void down_in_blocks(const uint8_t* const*, const int*, int, int, uint8_t*) {}
}  // namespace images

#endif
