// What differs between the versions of libtorch that this source builds against (1.13 to 2.x).
#pragma once
#include <ATen/core/ivalue.h>
#include <utility>

namespace mimkit {

// c10::optional in 1.13, std::optional in later ones (where the older name has gone): whatever an IValue gives out.
template <class T> using Optional = decltype(std::declval<c10::IValue&>().toOptional<T>());

}  // namespace mimkit
