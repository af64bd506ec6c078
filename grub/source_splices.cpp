#include "grub/source_splices.h"

namespace guestclock::grub {

void SourceSplices::remove(const ValuePart& part, const ValuePart::Source& source) {
  auto& piece = pieces_[part.begin];
  piece.first = &part;
  piece.second.removed[source.begin] = source.width;
}

void SourceSplices::insert(const ValuePart& part, std::size_t at, std::string_view text) {
  auto& piece = pieces_[part.begin];
  piece.first = &part;
  piece.second.inserted[at] += text;
}

void SourceSplices::insert_raw(std::size_t at, std::string_view text) {
  raw_.emplace(at, Splice{at, std::string(text)});
}

void SourceSplices::add_requoted(const ValuePart& part, const Piece& piece, Splices& splices) {
  std::string text;
  const auto take_inserted = [&](std::size_t at) {
    const auto found = piece.inserted.find(at);
    if (found != piece.inserted.end()) text += found->second;
  };
  std::size_t end = part.begin;
  for (std::size_t i = 0; i < part.sources.size(); ++i) {
    const ValuePart::Source& source = part.sources[i];
    // Behind one byte and in front of the next is one place unless a continuation divides them.
    if (source.begin != end || i == 0) take_inserted(source.begin);
    if (piece.removed.count(source.begin) == 0) text += part.text[i];
    end = source.begin + std::size_t{source.width};
    take_inserted(end);
  }
  std::string quoted = "\"";
  (void)quote_into(text, Quoting::doubled, quoted);
  splices.emplace(part.begin, Splice{end, quoted + '"'});
}

void SourceSplices::add_piece(const ValuePart& part, const Piece& piece, Splices& splices) {
  Splices found;
  for (const auto& [at, text] : piece.inserted) {
    std::string written;
    if (!quote_into(text, part.quoting, written)) {
      if (part.quoting == Quoting::bare) add_requoted(part, piece, splices);
      return;
    }
    found.emplace(at, Splice{at, written});
  }
  for (const auto& [at, width] : piece.removed)
    found.emplace(at, Splice{at + width, {}});
  splices.merge(found);
}

std::string SourceSplices::apply(std::string_view bytes) const {
  Splices splices = raw_;
  for (const auto& [begin, piece] : pieces_)
    add_piece(*piece.first, piece.second, splices);
  std::string out;
  std::size_t done = 0;
  for (const auto& [begin, splice] : splices) {
    if (begin < done) continue;
    out += bytes.substr(done, begin - done);
    out += splice.text;
    done = splice.end;
  }
  out += bytes.substr(done);
  return out;
}

}  // namespace guestclock::grub
