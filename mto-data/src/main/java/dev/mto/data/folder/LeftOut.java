package dev.mto.data.folder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a folder of images holds beside them.
 *
 * @param byEnding files that are no image of a format that is read, by the ending of their name in
 *     lower case with its dot, or "no ending"
 * @param hidden files and folders whose name begins with a dot
 * @param systemFolders folders that archives, disks and network drives make for themselves, such as
 *     those of thumbnails, wherever they are
 * @param emptyFolders folders below the root without an image, which are no classes, in order
 */
public record LeftOut(
    Map<String, Integer> byEnding, int hidden, int systemFolders, List<String> emptyFolders) {
  static final LeftOut NOTHING = new LeftOut(Map.of(), 0, 0, List.of());

  public LeftOut {
    byEnding = Collections.unmodifiableMap(new TreeMap<>(byEnding));
    emptyFolders = List.copyOf(emptyFolders);
  }

  /** All files that are no image of a format that is read, hidden ones not counted. */
  public int files() {
    return byEnding.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Files, hidden ones and system folders in one line: "2 .gif, 1 no ending, 4 hidden"; or "". */
  public String line() {
    List<String> parts = new ArrayList<>();
    byEnding.forEach((ending, count) -> parts.add(count + " " + ending));
    if (hidden > 0) {
      parts.add(hidden + " hidden");
    }
    if (systemFolders > 0) {
      parts.add(systemFolders + " system folder" + (systemFolders == 1 ? "" : "s"));
    }
    return String.join(", ", parts);
  }
}
