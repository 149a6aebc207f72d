package io.k8j.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries by UDP. One thread receives and answers what can be answered at once; what has to wait for others gets
 * a virtual thread, a bounded number of them.
 */
final class UdpListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);
    private static final int WAITING = 1000;
    private static final int LARGEST = 4096;

    private final DatagramChannel channel;
    private final Answers answers;
    private final Semaphore waiting = new Semaphore(WAITING);
    private final Thread thread;

    UdpListener(DatagramChannel channel, Answers answers) {
        this.channel = channel;
        this.answers = answers;
        this.thread = Thread.ofPlatform().daemon().name("dns-udp").start(this::run);
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST);
        while (channel.isOpen()) {
            try {
                buffer.clear();
                SocketAddress client = channel.receive(buffer);
                buffer.flip();
                handle(buffer, (InetSocketAddress) client);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("cause", e.toString()).log("datagram lost");
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("query failed");
            }
        }
    }

    private void handle(ByteBuffer message, InetSocketAddress client) throws IOException {
        long begin = System.nanoTime();
        Query query = Query.decode(message);
        if (query == null) return;
        byte[] answer = answers.atOnce(query, false);
        if (answer == null && !waiting.tryAcquire()) {
            answer = ReplyWriter.write(query, Reply.error(Wire.SERVFAIL), false);
        }
        if (answer != null) {
            send(answer, client);
            answers.count(query, answer, false, client, begin);
            return;
        }
        Thread.ofVirtual().name("dns-forward").start(() -> {
            try {
                byte[] late = answers.waiting(query, false);
                send(late, client);
                answers.count(query, late, false, client, begin);
            } catch (ClosedChannelException e) {
                LOG.trace("closed before the answer");
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("cause", e.toString()).log("answer lost");
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("query failed");
            } finally {
                waiting.release();
            }
        });
    }

    private void send(byte[] answer, SocketAddress client) throws IOException {
        channel.send(ByteBuffer.wrap(answer), client);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        try {
            thread.join(java.time.Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
