package io.k8j.server.node;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks the cluster's DNS at its Service address, the way a Pod would. */
final class DnsProbe {
    private static final int PORT = 53;
    private static final int ID = 0x6b38;

    private DnsProbe() {}

    /** Asks again and again until the name has an address; false if that takes too long. */
    static boolean awaitAnswer(String server, String name, Duration limit) throws IOException, InterruptedException {
        byte[] question = question(name);
        long deadline = System.nanoTime() + limit.toNanos();
        int patience = 20;
        try (DatagramSocket socket = new DatagramSocket()) {
            while (System.nanoTime() < deadline) {
                try {
                    socket.setSoTimeout(patience);
                    socket.send(new DatagramPacket(question, question.length, InetAddress.getByName(server), PORT));
                    DatagramPacket answer = new DatagramPacket(new byte[512], 512);
                    socket.receive(answer);
                    if (hasAddress(answer.getData(), answer.getLength())) {
                        return true;
                    }
                    Thread.sleep(patience);
                } catch (SocketTimeoutException e) {
                    patience = Math.min(500, patience * 2);
                } catch (IOException e) {
                    Thread.sleep(patience); // refused while no rule leads to the server yet
                }
            }
        }
        return false;
    }

    private static byte[] question(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) (ID >> 8), (byte) ID, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (String label : name.split("\\.")) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        out.writeBytes(new byte[] {0, 0, 1, 0, 1});
        return out.toByteArray();
    }

    /** An answer to our question without error and with at least one record. */
    private static boolean hasAddress(byte[] message, int length) {
        return length > 12
                && ((message[0] & 0xff) << 8 | message[1] & 0xff) == ID
                && (message[3] & 0x0f) == 0
                && ((message[6] & 0xff) << 8 | message[7] & 0xff) > 0;
    }
}
