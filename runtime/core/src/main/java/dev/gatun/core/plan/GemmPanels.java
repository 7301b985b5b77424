package dev.gatun.core.plan;

/**
 * The packed form of a constant right matrix: panels of so many columns. Gatun's kernels and oneDNN
 * read the same bytes where the number of columns and the size are the same: oneDNN pads the depth
 * to a multiple of 16.
 *
 * @param transposed whether the constant holds the transposed matrix
 * @param bytes of all panels
 */
record GemmPanels(int columns, boolean transposed, long bytes) {}
