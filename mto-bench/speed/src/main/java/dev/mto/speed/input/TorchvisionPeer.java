package dev.mto.speed.input;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.PythonScript;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same transforms by torchvision and Pillow, in a Python process on one thread.
 *
 * @param script what it runs
 * @param versions of what it uses, for people
 */
record TorchvisionPeer(PythonScript script, String versions) {
  private static final String CURE =
      "install Debian's python3-torchvision and python3-pil (apt-get install python3-torchvision"
          + " python3-pil) and name that Python, such as --python /usr/bin/python3, or leave out"
          + " --peer";

  /**
   * A peer that is known to run.
   *
   * @param python the program, by name or path
   * @throws UserException if it does not start or has not what the transforms need
   */
  static TorchvisionPeer start(String python) {
    PythonScript script =
        new PythonScript(
            python,
            TorchvisionPeer.class,
            "torchvision_peer.py",
            Map.of("OMP_NUM_THREADS", "1"),
            CURE);
    return new TorchvisionPeer(script, script.versions(List.of()));
  }

  /** Images a second of processor time for each case by name, from one pass over {@code folder}. */
  Map<String, Double> imagesPerCoreSecond(Path folder) {
    JsonNode answer = script.answer(List.of(folder.toString()));
    Map<String, Double> rates = new TreeMap<>();
    for (InputCase input : InputCase.all()) {
      rates.put(input.name(), answer.required(input.name()).asDouble());
    }
    return rates;
  }
}
