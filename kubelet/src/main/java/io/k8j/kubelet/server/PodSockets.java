package io.k8j.kubelet.server;

import io.k8j.kubelet.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;

/** Connects to what listens on a Pod's own loopback. Thread-safe. */
final class PodSockets {
    private PodSockets() {}

    /**
     * Connects within a process' network, over IPv4 or else over IPv6. A socket belongs for good to the network in
     * which it was made, so a short-lived thread goes in there, makes it, and ends.
     *
     * @return fails with an {@link IOException} that tells about both tries
     */
    static CompletableFuture<SocketChannel> connect(long process, int port) {
        CompletableFuture<SocketChannel> connected = new CompletableFuture<>();
        Thread.ofPlatform().name("port-forward-connect").daemon().start(() -> {
            try {
                Linux.enterNetworkOf(process);
                SocketChannel socket = connectLoopback(port);
                if (!connected.complete(socket)) socket.close();
            } catch (IOException | RuntimeException e) {
                connected.completeExceptionally(e);
            }
        });
        return connected;
    }

    private static SocketChannel connectLoopback(int port) throws IOException {
        try {
            return connect(StandardProtocolFamily.INET, new byte[] {127, 0, 0, 1}, port);
        } catch (IOException first) {
            try {
                byte[] one = new byte[16];
                one[15] = 1;
                return connect(StandardProtocolFamily.INET6, one, port);
            } catch (IOException | UnsupportedOperationException second) {
                throw new IOException(
                        "IPv4: dial tcp4 127.0.0.1:%d: connect: %s IPv6 dial tcp6: [::1]:%d: connect: %s"
                                .formatted(port, reason(first), port, reason(second)),
                        second);
            }
        }
    }

    private static SocketChannel connect(ProtocolFamily family, byte[] address, int port) throws IOException {
        SocketChannel socket = SocketChannel.open(family);
        try {
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(address), port));
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
    }
}
