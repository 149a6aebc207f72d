package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Client;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives the Pod its node by posting to {@code pods/binding}. */
final class DefaultBinderPlugin implements Plugin.Bind {
    private final Resources<Pod> pods;

    DefaultBinderPlugin(Client client) {
        this.pods = client.resources(Pod.class);
    }

    @Override
    public String name() {
        return "DefaultBinder";
    }

    @Override
    public Status bind(CycleState state, PodInfo pod, String node) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("namespace", pod.namespace());
        metadata.put("name", pod.key().name());
        metadata.put("uid", pod.uid());
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("kind", "Node");
        target.put("name", node);
        Map<String, Object> binding = new LinkedHashMap<>();
        binding.put("apiVersion", "v1");
        binding.put("kind", "Binding");
        binding.put("metadata", metadata);
        binding.put("target", target);
        try {
            pods.createSubresource(pod.key(), "binding", binding);
            return Status.SUCCESS;
        } catch (ApiException | TransportException e) {
            return Status.error(e.getMessage()).by(name());
        }
    }
}
