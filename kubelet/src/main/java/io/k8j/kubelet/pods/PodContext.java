package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Resources;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.dra.DynamicResources;
import io.k8j.kubelet.hostports.HostPorts;
import io.k8j.kubelet.metrics.NodeMetrics;
import io.k8j.kubelet.metrics.PodMetrics;
import io.k8j.kubelet.pods.images.Images;
import io.k8j.kubelet.pods.plan.RuntimeName;
import io.k8j.kubelet.pods.spec.Allocations;
import io.k8j.kubelet.pods.spec.NodeInfo;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.kubelet.pods.status.StatusWriter;
import io.k8j.kubelet.probes.Actions;
import io.k8j.model.time.Time;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * What all Pod workers share.
 *
 * @param runtimeHandlers finds the runtime's handler for the name of a RuntimeClass
 * @param sandboxSlots bounds how many sandboxes are made at once
 * @param runtimeName scheme of container ids
 */
record PodContext(
        Resources<Pod> pods,
        ContainerRuntime runtime,
        NodeInfo node,
        ApiObjects objects,
        Images images,
        Actions actions,
        StatusWriter statuses,
        PodEvents events,
        Time time,
        Function<String, String> runtimeHandlers,
        Semaphore sandboxSlots,
        RuntimeName runtimeName,
        HostPorts hostPorts,
        Allocations allocations,
        PodMetrics podMetrics,
        NodeMetrics nodeMetrics,
        DynamicResources dynamicResources) {}
