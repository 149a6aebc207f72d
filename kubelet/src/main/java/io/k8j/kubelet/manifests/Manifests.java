package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.List;

/** Gathers the static Pods of all places that they come from. Thread-safe. */
public final class Manifests implements AutoCloseable {
    /** Gets all static Pods of now. */
    @FunctionalInterface
    public interface Listener {
        /** @param complete whether all places have been read: until then, more may be there */
        void pods(List<Pod> all, boolean complete);
    }

    private final Listener listener;
    private final List<Runnable> places = new ArrayList<>();
    private List<Pod> ofFiles; // guarded by this; null until they are read
    private List<Pod> ofUrl; // guarded by this; null until it is read

    private Manifests(Listener listener) {
        this.listener = listener;
    }

    /** Reads files before it returns, and then goes on. The listener is called by one thread at a time. */
    public static Manifests start(ManifestConfig config, String nodeName, Time time, Listener listener) {
        Manifests all = new Manifests(listener);
        if (config.path() == null) all.setOfFiles(List.of());
        if (config.url() == null) all.setOfUrl(List.of());
        if (config.path() != null) {
            var files =
                    ManifestFiles.start(config.path(), config.fileCheckFrequency(), nodeName, time, all::setOfFiles);
            all.places.add(files::close);
        }
        if (config.url() != null) all.places.add(ManifestUrl.start(config, nodeName, time, all::setOfUrl)::close);
        return all;
    }

    private synchronized void setOfFiles(List<Pod> pods) {
        ofFiles = pods;
        tell();
    }

    private synchronized void setOfUrl(List<Pod> pods) {
        ofUrl = pods;
        tell();
    }

    private void tell() {
        List<Pod> all = new ArrayList<>();
        if (ofFiles != null) all.addAll(ofFiles);
        if (ofUrl != null) all.addAll(ofUrl);
        listener.pods(List.copyOf(all), ofFiles != null && ofUrl != null);
    }

    @Override
    public void close() {
        places.forEach(Runnable::run);
    }
}
