package io.k8j.kubelet.plugins;

import java.nio.file.Path;
import java.util.List;

/** Uses the plugins of one kind. Called by one thread. */
public interface PluginHandler {
    /** The kind, as plugins name it: {@code DRAPlugin}. */
    String type();

    /**
     * Why a plugin cannot be used; null if it can.
     *
     * @param versions what it says it speaks
     */
    String refusal(String name, Path endpoint, List<String> versions);

    /**
     * Takes a plugin into use.
     *
     * @throws IllegalStateException with the reason if it cannot be taken
     */
    void register(String name, Path endpoint, List<String> versions);

    /** The plugin is gone. */
    void deregister(String name, Path endpoint);
}
