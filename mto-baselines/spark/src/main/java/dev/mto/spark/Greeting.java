package dev.mto.spark;

import dev.mto.engine.collective.PeerAddress;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker tells the others before they are connected: where it is, or what is wrong there.
 *
 * @param text in one line
 */
record Greeting(String text) {
  private static final String HERE = "here ";
  private static final String FAILED = "failed ";
  private static final String LOST = "lost ";
  private static final String NO_GPU = "-";

  /**
   * Of a worker in this process.
   *
   * @param gpu what no other GPU is called, in one word; nothing where it computes on none
   */
  static Greeting of(PeerAddress address, Optional<String> gpu) {
    long pid = ProcessHandle.current().pid();
    return new Greeting(HERE + pid + " " + gpu.orElse(NO_GPU) + " " + address.text());
  }

  static Greeting failed(String why) {
    return new Greeting(FAILED + why);
  }

  /** Of a worker that does not get at what it needs, and may the next time. */
  static Greeting lost(String why) {
    return new Greeting(LOST + why);
  }

  /**
   * Where all workers are.
   *
   * @param texts of all, in order
   * @throws UserException where something is wrong with one, or two are in one process or on one
   *     GPU
   * @throws PeerException where one is lost
   */
  static List<PeerAddress> addresses(String[] texts) {
    List<PeerAddress> addresses = new ArrayList<>();
    Map<String, Integer> processes = new HashMap<>();
    Map<String, Integer> gpus = new HashMap<>();
    for (int rank = 0; rank < texts.length; rank++) {
      if (texts[rank].startsWith(FAILED)) {
        throw new UserException(texts[rank].substring(FAILED.length()));
      }
      if (texts[rank].startsWith(LOST)) {
        throw new PeerException("rank " + rank + ": " + texts[rank].substring(LOST.length()));
      }
      String[] parts = texts[rank].substring(HERE.length()).split(" ", 3);
      PeerAddress address = PeerAddress.parse(parts[2]);
      Integer other = processes.put(parts[0] + " " + address.ip(), rank);
      if (other != null) {
        throw new UserException(
            "rank %d and rank %d are in one process on %s; set spark.task.cpus to spark.executor.cores, so that an executor has one worker"
                .formatted(other, rank, address.host()));
      }
      Integer sharing = parts[1].equals(NO_GPU) ? null : gpus.put(parts[1], rank);
      if (sharing != null) {
        throw new UserException(
            "rank %d and rank %d are on one GPU of %s; have Spark deal out its GPUs, to standalone workers different ones, on YARN with isolation, or start one worker there (docs/scale.md)"
                .formatted(sharing, rank, address.host()));
      }
      addresses.add(address);
    }
    return addresses;
  }
}
