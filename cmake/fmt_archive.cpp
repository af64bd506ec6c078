// The parts of fmt 9 that are not in its headers. Debian has fmt as a shared library only, and that
// would bring the shared libstdc++ with it.
#include <fmt/format-inl.h>

namespace fmt::detail {

template auto decimal_point_impl(locale_ref) -> char;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template void buffer<char>::append(const char*, const char*);
template void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>,
                         locale_ref);

}  // namespace fmt::detail
