package io.k8j.dns;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers queries by TCP, a virtual thread for each connection, a bounded number of them. */
final class TcpListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    private static final int CONNECTIONS = 500;
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final ServerSocket server;
    private final Answers answers;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    TcpListener(ServerSocket server, Answers answers) {
        this.server = server;
        this.answers = answers;
        Thread.ofVirtual().name("dns-tcp").start(this::accept);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (open.size() >= CONNECTIONS) {
                    socket.close();
                    continue;
                }
                open.add(socket);
                Thread.ofVirtual().name("dns-connection").start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed())
                    LOG.atDebug().addKeyValue("cause", e.toString()).log("connection lost");
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout((int) IDLE.toMillis());
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            OutputStream out = socket.getOutputStream();
            InetSocketAddress client = (InetSocketAddress) socket.getRemoteSocketAddress();
            while (true) {
                byte[] message = new byte[in.readUnsignedShort()];
                in.readFully(message);
                long begin = System.nanoTime();
                Query query = Query.decode(ByteBuffer.wrap(message));
                if (query == null) return;
                byte[] answer = answers.waiting(query, true);
                ByteBuffer framed = ByteBuffer.allocate(answer.length + 2);
                out.write(framed.putShort((short) answer.length).put(answer).array());
                answers.count(query, answer, true, client, begin);
            }
        } catch (EOFException | SocketTimeoutException | SocketException e) {
            LOG.trace("connection ended");
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("cause", e.toString()).log("connection lost");
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("query failed");
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) socket.close();
    }
}
