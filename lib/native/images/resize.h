// What the passes of resampling share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace images {

constexpr int kBits = 32 - 8 - 2;      // of a weight: eight go to the pixel, two to the filter's overshoot

// For every output place: the first input place and the weights of those from there on.
struct Weights {
  int taps;
  std::vector<int> first, count, weight;       // weight [output, taps]
};

// The same in pairs of taps and in two halves of 16 bits: value [output, steps, 2].
struct WeightPairs {
  int steps;
  std::vector<int32_t> value;
};

bool has_wide_rows();                  // whether this processor has the passes below
WeightPairs pairs_of(const Weights& weights);
void across_two_rows(const uint8_t* row, const uint8_t* other, uint8_t* out, uint8_t* other_out, int width, const Weights& weights, const WeightPairs& pairs);
void down_in_blocks(const uint8_t* const* rows, const int* k, int count, int bytes, uint8_t* out);

}  // namespace images
