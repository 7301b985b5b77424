package dev.gatun.text.normal;

/** Control characters removed and unusual spaces made plain, as in SentencePiece's NMT rules. */
final class Nmt implements TextNormalizer {
  @Override
  public TrackedText apply(TrackedText text) {
    return text.filtered(point -> !isRemoved(point)).mapped(point -> isSpace(point) ? ' ' : point);
  }

  private static boolean isRemoved(int point) {
    return point >= 1 && point <= 8
        || point == 0x0B
        || point >= 0x0E && point <= 0x1F
        || point == 0x7F
        || point == 0x8F
        || point == 0x9F;
  }

  private static boolean isSpace(int point) {
    return switch (point) {
      case 9, 0x0A, 0x0C, 0x0D, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD -> true;
      default -> point >= 0x200B && point <= 0x200F;
    };
  }
}
