package dev.mto.engine.collective;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Processes that train one model together, as one of them sees it. Each has a rank from 0 to {@link
 * #size}-1, and all call {@link #sum} and {@link #gather} in the same order, from one thread each.
 *
 * <p>A process that will not take part in the next call says so by {@link #leaveStopped} or {@link
 * #leaveFailed}; the next call of each other then ends as said there, and so it does where a
 * process has died or stands still.
 */
public interface Collective extends AutoCloseable {
  /** One process by itself. */
  static Collective alone() {
    return Alone.INSTANCE;
  }

  /** The rank of this process. */
  int rank();

  /** How many processes there are, a power of two. */
  int size();

  /** A rank and its machine, for people. */
  String name(int rank);

  /**
   * Sums blocks of all ranks, element by element, in place: pairs of neighbours first, then pairs
   * of pairs, {@code ((0+1)+(2+3))}; all ranks get the same bits.
   *
   * @param block all its elements from 0 to its capacity; of one length on all ranks
   * @throws dev.mto.engine.errors.PeerException where a rank failed, names it
   * @throws dev.mto.data.StoppedException where a rank was stopped
   */
  void sum(FloatBuffer block);

  /**
   * The records of all ranks, in the order of ranks.
   *
   * @param record of this rank, some kilobytes
   * @throws dev.mto.engine.errors.PeerException where a rank failed, names it
   * @throws dev.mto.data.StoppedException where a rank was stopped
   */
  List<byte[]> gather(byte[] record);

  /** A step of training begins: from now on the others may expect this rank soon. */
  void stepBegins();

  /** The step has ended; until the next one begins, this rank may take long. */
  void stepEnds();

  /** This rank was asked to stop and takes no further part; all others are to stop too. */
  void leaveStopped();

  /** This rank has failed and takes no further part; all others are to fail with the message. */
  void leaveFailed(String message);

  /** Ends the connections. */
  @Override
  void close();
}
