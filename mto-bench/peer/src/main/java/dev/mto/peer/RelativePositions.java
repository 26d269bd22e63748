package dev.mto.peer;

/** Index of each token pair into the shared table of relative position biases (official SimMIM). */
final class RelativePositions {

  private RelativePositions() {}

  /** Row-major T x T table rows, class token first. */
  static long[] index(int window) {
    int tokens = window * window;
    int width = tokens + 1;
    int span = 2 * window - 1;
    long classToAny = (long) span * span;
    long[] index = new long[width * width];
    for (int i = 0; i < tokens; i++) {
      for (int j = 0; j < tokens; j++) {
        int rows = i / window - j / window + window - 1;
        int columns = i % window - j % window + window - 1;
        index[(i + 1) * width + j + 1] = (long) rows * span + columns;
      }
    }
    for (int i = 0; i < width; i++) {
      index[i] = classToAny;
      index[i * width] = classToAny + 1;
    }
    index[0] = classToAny + 2;
    return index;
  }
}
