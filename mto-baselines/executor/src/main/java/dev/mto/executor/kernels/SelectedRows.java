package dev.mto.executor.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Copies rows between all tokens [B, N, D] and the selected ones [B, V, D]. */
final class SelectedRows {
  private final Selection selection;
  private final FloatPointer[] selected;
  private final FloatPointer[] all;
  private final FloatPointer whole;
  private final long rowBytes;

  SelectedRows(Selection selection, Tensor selectedRows, Tensor allRows) {
    long dim = allRows.shape()[2];
    this.selection = selection;
    this.selected = rows(selectedRows, dim);
    this.all = rows(allRows, dim);
    this.whole = allRows.memory();
    this.rowBytes = dim * Float.BYTES;
  }

  private static FloatPointer[] rows(Tensor tensor, long dim) {
    FloatPointer[] rows = new FloatPointer[(int) (tensor.length() / dim)];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = tensor.memory().getPointer(row * dim);
    }
    return rows;
  }

  void gather() {
    for (int row = 0; row < selected.length; ) {
      int run = run(row);
      Pointer.memcpy(selected[row], place(row), run * rowBytes);
      row += run;
    }
  }

  void scatter() {
    Pointer.memset(whole, 0, all.length * rowBytes);
    put();
  }

  /** Writes the selected rows and leaves the others as they are. */
  void put() {
    for (int row = 0; row < selected.length; ) {
      int run = run(row);
      Pointer.memcpy(place(row), selected[row], run * rowBytes);
      row += run;
    }
  }

  /** How many rows from {@code row} on are neighbours among all tokens too. */
  private int run(int row) {
    int image = row / selection.selected();
    int at = row % selection.selected();
    int run = 1;
    while (at + run < selection.selected()
        && selection.index(image, at + run) == selection.index(image, at) + run) {
      run++;
    }
    return run;
  }

  private FloatPointer place(int row) {
    int image = row / selection.selected();
    return all[image * selection.tokens() + selection.index(image, row % selection.selected())];
  }
}
