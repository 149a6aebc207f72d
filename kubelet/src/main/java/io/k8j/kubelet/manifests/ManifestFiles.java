package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads static Pods from a file, or from all files of a directory whose names begin with no dot, and reads them again
 * when something changes and from time to time. One virtual thread.
 */
final class ManifestFiles implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ManifestFiles.class);

    private static final int LARGEST = 10 << 20;

    private record Read(byte[] text, Pod pod) {} // pod is null if the text is none

    private final Path path;
    private final Duration frequency;
    private final String nodeName;
    private final Time time;
    private final Consumer<List<Pod>> onPods;
    private final Map<Path, Read> known = new HashMap<>(); // owned by the thread
    private final WatchService watch; // null where the directory cannot be watched
    private final Thread thread;
    private boolean absent; // owned by the thread

    private ManifestFiles(Path path, Duration frequency, String nodeName, Time time, Consumer<List<Pod>> onPods) {
        this.path = path;
        this.frequency = frequency;
        this.nodeName = nodeName;
        this.time = time;
        this.onPods = onPods;
        this.watch = watch(path);
        this.thread = Thread.ofVirtual().name("static-pods").unstarted(this::work);
    }

    /**
     * Reads once, before it returns, and then goes on.
     *
     * @param onPods gets all Pods each time that they are read
     */
    static ManifestFiles start(Path path, Duration frequency, String nodeName, Time time, Consumer<List<Pod>> onPods) {
        var files = new ManifestFiles(path, frequency, nodeName, time, onPods);
        files.read();
        files.thread.start();
        return files;
    }

    private static WatchService watch(Path path) {
        Path directory = Files.isDirectory(path) ? path : path.getParent();
        WatchService service = null;
        try {
            service = path.getFileSystem().newWatchService();
            directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            return service;
        } catch (IOException e) {
            log.atInfo()
                    .addKeyValue("path", directory)
                    .addKeyValue("cause", e.toString())
                    .log("static pods are only read from time to time");
            close(service);
            return null;
        }
    }

    private static void close(WatchService service) {
        try {
            if (service != null) service.close();
        } catch (IOException e) {
            log.atDebug().setCause(e).log("close watch of static pods");
        }
    }

    private void work() {
        try {
            while (true) {
                if (watch == null) {
                    time.sleep(frequency);
                } else {
                    WatchKey key = watch.poll(frequency.toMillis(), TimeUnit.MILLISECONDS);
                    if (key != null) {
                        key.pollEvents();
                        key.reset();
                    }
                }
                read();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            return; // closed
        }
    }

    private void read() {
        try {
            if (!Files.exists(path)) {
                known.clear();
                onPods.accept(List.of()); // so that others know that there is nothing to wait for
                throw new NoSuchFileException(path.toString());
            }
            List<Path> files = files();
            known.keySet().retainAll(files);
            List<Pod> pods = new ArrayList<>();
            for (Path file : files) {
                Pod pod = read(file);
                if (pod != null) pods.add(pod);
            }
            onPods.accept(pods);
            absent = false;
        } catch (IOException e) {
            if (!absent)
                log.atWarn()
                        .addKeyValue("path", path)
                        .addKeyValue("cause", e.toString())
                        .log("no static pods");
            absent = true;
        }
    }

    private List<Path> files() throws IOException {
        if (Files.isRegularFile(path)) return List.of(path);
        try (Stream<Path> all = Files.list(path)) {
            return all.filter(file -> !file.getFileName().toString().startsWith(".") && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    /** A file that cannot be read, or not any more, has no Pod; the others do. */
    private Pod read(Path file) {
        byte[] text;
        try (InputStream in = Files.newInputStream(file)) {
            text = in.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) throw new IOException("more than %d bytes".formatted(LARGEST));
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e.toString())
                    .log("static pod not read");
            return null;
        }
        Read before = known.get(file);
        if (before != null && Arrays.equals(before.text(), text)) return before.pod();
        Pod pod = null;
        try {
            pod = StaticPod.read(StaticPod.Source.file(file.toString()), text, nodeName, time.instant());
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e.getMessage())
                    .log("static pod not understood");
        }
        known.put(file, new Read(text, pod));
        return pod;
    }

    @Override
    public void close() {
        thread.interrupt();
        close(watch);
    }
}
