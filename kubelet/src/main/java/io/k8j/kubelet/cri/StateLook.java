package io.k8j.kubelet.cri;

import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.PodSandbox;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The states of all sandboxes and containers at one moment. Two looks, one after the other, tell what has changed
 * between them, whether or not an event told of it.
 *
 * @param states by id
 */
record StateLook(Map<String, Integer> states) {
    static final StateLook NOTHING = new StateLook(Map.of());

    static StateLook at(ContainerRuntime runtime) {
        Map<String, Integer> states = new HashMap<>();
        for (PodSandbox sandbox : runtime.listPodSandboxes(Map.of())) {
            states.put(sandbox.getId(), sandbox.getStateValue());
        }
        for (Container container : runtime.listContainers(Map.of())) {
            states.put(container.getId(), container.getStateValue());
        }
        return new StateLook(states);
    }

    /** Ids of what is new, gone or in another state in {@code later}. */
    Set<String> changedBy(StateLook later) {
        Set<String> changed = new LinkedHashSet<>();
        later.states.forEach((id, state) -> {
            if (!state.equals(states.get(id))) changed.add(id);
        });
        for (String id : states.keySet()) {
            if (!later.states.containsKey(id)) changed.add(id);
        }
        return changed;
    }
}
