package io.k8j.kubelet.plugins;

import io.k8j.kubelet.cri.GrpcCalls;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.plugins.v1.InfoRequest;
import io.k8j.kubelet.plugins.v1.PluginInfo;
import io.k8j.kubelet.plugins.v1.RegistrationStatus;
import io.k8j.kubelet.plugins.v1.RegistrationStatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the directory of plugins' sockets on a thread of its own. A plugin that cannot be registered yet is asked again
 * each second, as upstream does.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/">Plugins</a>
 */
public final class PluginSockets implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PluginSockets.class);
    private static final String SERVICE = "pluginregistration.Registration/";
    private static final Duration INFO_LIMIT = Duration.ofSeconds(1);
    private static final Duration NOTIFY_LIMIT = Duration.ofSeconds(5);
    private static final int DEPTH = 4;
    private static final int SOCKET = 0140000; // S_IFSOCK
    private static final int TYPE = 0170000; // S_IFMT

    /** A plugin in use; {@code mark} tells its socket from a later one of the same name. */
    private record Registered(Object mark, PluginHandler handler, String name, Path endpoint) {}

    private final Path directory;
    private final Map<String, PluginHandler> handlers = new HashMap<>();
    private final WatchService watch;
    private final Map<Path, Registered> registered = new HashMap<>(); // worker only
    private final Map<Path, String> told = new HashMap<>(); // worker only: the last failure of each socket
    private final Thread worker;

    private PluginSockets(Path directory, List<PluginHandler> handlers) throws IOException {
        this.directory = Files.createDirectories(directory);
        handlers.forEach(handler -> this.handlers.put(handler.type(), handler));
        this.watch = directory.getFileSystem().newWatchService();
        this.worker = Thread.ofVirtual().name("plugin-sockets").unstarted(this::work);
    }

    /** Begins to watch; what is there already is found, too. */
    public static PluginSockets start(Path directory, List<PluginHandler> handlers) throws IOException {
        PluginSockets sockets = new PluginSockets(directory, handlers);
        sockets.worker.start();
        return sockets;
    }

    private void work() {
        try {
            while (true) {
                boolean pending = look();
                WatchKey key = pending ? watch.poll(1, TimeUnit.SECONDS) : watch.take();
                while (key != null) { // what has changed is seen by the next look
                    key.pollEvents();
                    key.reset();
                    key = watch.poll();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            return; // the node agent ends
        }
    }

    /** Compares what is there with what is registered; answers whether something has to be tried again. */
    private boolean look() {
        Map<Path, Object> there;
        try {
            there = sockets();
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("cause", e.toString())
                    .log("plugins cannot be looked for, try again");
            return true;
        }
        for (Map.Entry<Path, Registered> entry : List.copyOf(registered.entrySet())) {
            Registered plugin = entry.getValue();
            if (!plugin.mark().equals(there.get(entry.getKey()))) {
                registered.remove(entry.getKey());
                plugin.handler().deregister(plugin.name(), plugin.endpoint());
                log.atInfo().addKeyValue("plugin", plugin.name()).log("plugin is gone");
            }
        }
        told.keySet().retainAll(there.keySet());
        boolean pending = false;
        for (Map.Entry<Path, Object> socket : there.entrySet()) {
            if (!registered.containsKey(socket.getKey())) {
                pending |= !register(socket.getKey(), socket.getValue());
            }
        }
        return pending;
    }

    /** All sockets below the directory, each with what tells it from a later one; their directories are watched. */
    private Map<Path, Object> sockets() throws IOException {
        Files.createDirectories(directory);
        // Watched before they are looked through: what comes in between is seen twice rather than never.
        for (Path path : below()) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                path.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            }
        }
        Map<Path, Object> sockets = new HashMap<>();
        for (Path path : below()) {
            if (!path.getFileName().toString().startsWith(".")) {
                mark(path).ifPresent(mark -> sockets.put(path, mark));
            }
        }
        return sockets;
    }

    private List<Path> below() throws IOException {
        try (Stream<Path> walk = Files.walk(directory, DEPTH)) {
            return walk.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Optional<Object> mark(Path path) throws IOException {
        try {
            Map<String, Object> facts = Files.readAttributes(path, "unix:mode,ino,ctime", LinkOption.NOFOLLOW_LINKS);
            return ((int) facts.get("mode") & TYPE) == SOCKET
                    ? Optional.of(List.of(facts.get("ino"), facts.get("ctime")))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // it was removed meanwhile
        }
    }

    private boolean register(Path socket, Object mark) {
        try (GrpcCalls calls = new GrpcCalls(socket)) {
            PluginInfo info = calls.call(
                    SERVICE + "GetInfo", InfoRequest.getDefaultInstance(), PluginInfo.getDefaultInstance(), INFO_LIMIT);
            return register(socket, mark, info, calls);
        } catch (RuntimeFailure e) {
            failed(socket, e.description());
            return false;
        }
    }

    private boolean register(Path socket, Object mark, PluginInfo info, GrpcCalls calls) {
        PluginHandler handler = handlers.get(info.getType());
        if (handler == null) {
            return refuse(
                    calls,
                    socket,
                    "RegisterPlugin error -- no handler registered for plugin type: %s at socket %s"
                            .formatted(info.getType(), socket));
        }
        Path endpoint = info.getEndpoint().isEmpty() ? socket : Path.of(info.getEndpoint());
        List<String> versions = info.getSupportedVersionsList();
        String refusal = handler.refusal(info.getName(), endpoint, versions);
        if (refusal != null) {
            return refuse(calls, socket, "RegisterPlugin error -- plugin validation failed with err: " + refusal);
        }
        try {
            handler.register(info.getName(), endpoint, versions);
        } catch (IllegalStateException e) {
            return refuse(
                    calls, socket, "RegisterPlugin error -- plugin registration failed with err: " + e.getMessage());
        }
        try {
            tell(calls, true, "");
        } catch (RuntimeFailure e) {
            handler.deregister(info.getName(), endpoint);
            throw e;
        }
        registered.put(socket, new Registered(mark, handler, info.getName(), endpoint));
        told.remove(socket);
        log.atInfo().addKeyValue("plugin", info.getName()).log("registered plugin");
        return true;
    }

    private boolean refuse(GrpcCalls calls, Path socket, String why) {
        failed(socket, why);
        tell(calls, false, why);
        return false;
    }

    private static void tell(GrpcCalls calls, boolean taken, String why) {
        calls.call(
                SERVICE + "NotifyRegistrationStatus",
                RegistrationStatus.newBuilder()
                        .setPluginRegistered(taken)
                        .setError(why)
                        .build(),
                RegistrationStatusResponse.getDefaultInstance(),
                NOTIFY_LIMIT);
    }

    /** The log has each reason once, however often it is tried. */
    private void failed(Path socket, String why) {
        if (!why.equals(told.put(socket, why))) {
            log.atWarn()
                    .addKeyValue("socket", socket)
                    .addKeyValue("cause", why)
                    .log("plugin cannot be registered, try again");
        }
    }

    @Override
    public void close() {
        worker.interrupt();
        try {
            watch.close();
        } catch (IOException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("watch of plugins was not closed");
        }
    }
}
