package io.k8j.kubelet.pods.plan;

import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.Container;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.cri.v1.PodIP;
import io.k8j.kubelet.cri.v1.PodSandbox;
import io.k8j.kubelet.cri.v1.PodSandboxState;
import io.k8j.kubelet.cri.v1.PodSandboxStatus;
import io.k8j.kubelet.pods.spec.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one Pod's part of the runtime. A container's details do not change while its state stays the same, so they are
 * asked for once per state. Owned by the Pod's worker thread.
 */
public final class RuntimeReader {
    private record Seen(ContainerState state, ContainerStatus status) {}

    private final ContainerRuntime runtime;
    private final Map<String, String> selector;
    private Map<String, Seen> seen = new HashMap<>();
    private Map<String, List<String>> addresses = new HashMap<>();

    public RuntimeReader(ContainerRuntime runtime, String podUid) {
        this.runtime = runtime;
        this.selector = Map.of(Labels.POD_UID, podUid);
    }

    /**
     * Reads it.
     *
     * @throws RuntimeFailure if the runtime does not answer
     */
    public RuntimePod read() {
        List<RuntimePod.Sandbox> sandboxes = new ArrayList<>();
        Map<String, List<String>> known = new HashMap<>();
        for (PodSandbox sandbox : runtime.listPodSandboxes(selector)) {
            List<String> ips = addresses.containsKey(sandbox.getId())
                    ? addresses.get(sandbox.getId())
                    : addressesOf(sandbox.getId());
            known.put(sandbox.getId(), ips);
            sandboxes.add(new RuntimePod.Sandbox(
                    sandbox.getId(),
                    sandbox.getMetadata().getAttempt(),
                    sandbox.getState() == PodSandboxState.SANDBOX_READY,
                    ips,
                    sandbox.getCreatedAt()));
        }
        addresses = known;
        Map<String, Seen> now = new HashMap<>();
        List<RuntimePod.RuntimeContainer> containers = new ArrayList<>();
        for (Container container : runtime.listContainers(selector)) {
            Seen details = seen.get(container.getId());
            if (details == null || details.state() != container.getState()) {
                details = details(container);
                if (details == null) continue;
            }
            now.put(container.getId(), details);
            containers.add(new RuntimePod.RuntimeContainer(
                    container.getId(),
                    container.getPodSandboxId(),
                    container.getMetadata().getName(),
                    container.getMetadata().getAttempt(),
                    details.status()));
        }
        seen = now;
        return new RuntimePod(sandboxes, containers);
    }

    private Seen details(Container container) {
        try {
            ContainerStatus status = runtime.containerStatus(container.getId());
            return new Seen(status.getState(), status);
        } catch (RuntimeFailure e) {
            if (e.isNotFound()) return null; // removed since it was listed
            throw e;
        }
    }

    private List<String> addressesOf(String sandbox) {
        try {
            PodSandboxStatus status = runtime.podSandboxStatus(sandbox);
            List<String> ips = new ArrayList<>();
            if (!status.getNetwork().getIp().isEmpty())
                ips.add(status.getNetwork().getIp());
            for (PodIP more : status.getNetwork().getAdditionalIpsList()) ips.add(more.getIp());
            return ips;
        } catch (RuntimeFailure e) {
            if (e.isNotFound()) return List.of();
            throw e;
        }
    }
}
