package io.k8j.apiserver.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;

/**
 * The threads that frame and parse, one per processor. All servers of a process share them, so that many clusters in
 * one JVM need no more threads than one; they end with the last server.
 */
final class EventLoops {
    private static EventLoopGroup shared; // guarded by the class
    private static int users; // guarded by the class

    private EventLoops() {}

    static synchronized EventLoopGroup acquire() {
        if (users == 0) {
            IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
            shared = new MultiThreadIoEventLoopGroup(
                    Math.max(1, Runtime.getRuntime().availableProcessors()),
                    Thread.ofPlatform().daemon().name("http-", 0).factory(),
                    io);
        }
        users++;
        return shared;
    }

    /** Once for each {@link #acquire}; the last one waits until the threads have ended. */
    static void release() {
        EventLoopGroup last;
        synchronized (EventLoops.class) {
            if (--users > 0) {
                return;
            }
            last = shared;
            shared = null;
        }
        last.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
