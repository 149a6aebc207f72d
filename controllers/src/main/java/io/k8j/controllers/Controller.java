package io.k8j.controllers;

import io.k8j.client.ControllerLoop;
import java.util.List;

/** A controller that is wired to its informers and waits to be started. */
public interface Controller extends AutoCloseable {
    /** Starts the workers. Called once, after all informers have their copies. */
    void start();

    /** Counters of its queues. */
    List<ControllerLoop.Metrics> metrics();

    /** Stops the workers; may be called twice, and without {@link #start}. */
    @Override
    void close();

    /** This controller, with something of its own that ends before it does. */
    default Controller closing(Runnable first) {
        Controller inner = this;
        return new Controller() {
            @Override
            public void start() {
                inner.start();
            }

            @Override
            public List<ControllerLoop.Metrics> metrics() {
                return inner.metrics();
            }

            @Override
            public void close() {
                first.run();
                inner.close();
            }
        };
    }

    /** A controller that consists of one queue. */
    static Controller of(ControllerLoop<?> loop, int workers) {
        return of(loop, workers, () -> {});
    }

    /** A controller that consists of several queues. */
    static Controller of(List<ControllerLoop<?>> loops, int workers) {
        return new Controller() {
            @Override
            public void start() {
                loops.forEach(loop -> loop.start(workers));
            }

            @Override
            public List<ControllerLoop.Metrics> metrics() {
                return loops.stream().map(ControllerLoop::metrics).toList();
            }

            @Override
            public void close() {
                loops.forEach(ControllerLoop::close);
            }
        };
    }

    /** @param started runs after the workers have been started, for example to start a periodic task */
    static Controller of(ControllerLoop<?> loop, int workers, Runnable started) {
        return new Controller() {
            @Override
            public void start() {
                loop.start(workers);
                started.run();
            }

            @Override
            public List<ControllerLoop.Metrics> metrics() {
                return List.of(loop.metrics());
            }

            @Override
            public void close() {
                loop.close();
            }
        };
    }
}
