package dev.mto.engine.collective;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Two ranks prove to each other that they know the token of the training, without sending it: each
 * sends a random challenge, and answers the other's with a HMAC-SHA-256 of both challenges and of
 * the ranks under the token.
 */
final class Handshake {
  private static final int HELLO = 0x4d544f31; // MTO1
  private static final int CHALLENGE = 32; // bytes
  private static final int TIMEOUT_MILLIS = 5000;

  private final byte[] token;
  private final int rank;
  private final SecureRandom random = new SecureRandom();

  Handshake(byte[] token, int rank) {
    this.token = token.clone();
    this.rank = rank;
  }

  /** Calls a rank; fails unless it is that one. */
  void call(Socket socket, int called) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    byte[] own = challenge();
    ByteBuffer hello = ByteBuffer.allocate(8 + CHALLENGE).putInt(HELLO).putInt(rank).put(own);
    out.write(hello.array());
    byte[] other = in.readNBytes(CHALLENGE);
    require(in.readNBytes(CHALLENGE), "called", own, other, called);
    out.write(proof("calls", own, other, rank));
    if (in.read() != 1) {
      throw new IOException("it did not believe this rank");
    }
    socket.setSoTimeout(0);
  }

  /**
   * Answers a call.
   *
   * @return the rank that calls
   */
  int answer(Socket socket) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    if (in.readInt() != HELLO) {
      throw new IOException("it is no rank of a training");
    }
    int caller = in.readInt();
    byte[] other = in.readNBytes(CHALLENGE);
    byte[] own = challenge();
    ByteBuffer answer = ByteBuffer.allocate(2 * CHALLENGE).put(own);
    out.write(answer.put(proof("called", other, own, rank)).array());
    require(in.readNBytes(CHALLENGE), "calls", other, own, caller);
    out.write(1);
    socket.setSoTimeout(0);
    return caller;
  }

  private byte[] challenge() {
    byte[] challenge = new byte[CHALLENGE];
    random.nextBytes(challenge);
    return challenge;
  }

  private void require(byte[] proof, String role, byte[] callers, byte[] called, int who)
      throws IOException {
    if (!MessageDigest.isEqual(proof, proof(role, callers, called, who))) {
      throw new IOException("it does not know the token of this training");
    }
  }

  private byte[] proof(String role, byte[] callers, byte[] called, int who) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token, "HmacSHA256"));
      mac.update(role.getBytes(StandardCharsets.US_ASCII));
      mac.update(callers);
      mac.update(called);
      return mac.doFinal(ByteBuffer.allocate(4).putInt(who).array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
