package io.k8j.kubelet.pods.admission;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.admission.Misfit.Mismatch;
import io.k8j.kubelet.pods.admission.Misfit.Shortage;
import io.k8j.kubelet.pods.spec.Amounts;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Decides whether a Pod fits on its node beside those that are there: the scheduler's rules, asked once more, since not
 * every Pod comes by way of the scheduler. Pure.
 */
final class Fit {
    static final Mismatch AFFINITY = new Mismatch("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    private static final Mismatch NAME = new Mismatch("NodeName", "node(s) didn't match the requested node name");
    private static final Mismatch PORTS =
            new Mismatch("NodePorts", "node(s) didn't have free ports for the requested pod ports");
    private static final Mismatch TAINTS =
            new Mismatch("TaintToleration", "node(s) had taints that the pod didn't tolerate");

    private Fit() {}

    /** All reasons against it, those that upstream names first in front. */
    static List<Misfit> check(Pod pod, Node node, Map<String, Quantity> allocatable, List<Pod> others) {
        List<Misfit> misfits = new ArrayList<>(shortages(pod, allocatable, others));
        if (!NodeTerms.selects(pod, node)) misfits.add(AFFINITY);
        String name = pod.getSpec().getNodeName();
        if (name != null && !name.isEmpty() && !name.equals(node.getMetadata().getName())) misfits.add(NAME);
        if (!portsAreFree(pod, others)) misfits.add(PORTS);
        if (!StaticPod.isStatic(pod) && !bearsTaints(pod, node)) misfits.add(TAINTS);
        return misfits;
    }

    private static List<Misfit> shortages(Pod pod, Map<String, Quantity> allocatable, List<Pod> others) {
        List<Misfit> shortages = new ArrayList<>();
        long places = Amounts.whole(allocatable.get("pods"));
        if (others.size() + 1 > places) shortages.add(new Shortage("pods", 1, others.size(), places));
        Requests.of(pod).forEach((resource, requested) -> {
            // What no node has itself belongs to the cluster, or to devices that others look after.
            boolean elsewhere = isExtended(resource) && !allocatable.containsKey(resource);
            if (requested == 0 || elsewhere) return;
            long capacity = Requests.amount(resource, allocatable.get(resource));
            long used = others.stream()
                    .mapToLong(other -> Requests.of(other, resource))
                    .sum();
            if (requested > capacity - used) shortages.add(new Shortage(resource, requested, used, capacity));
        });
        return shortages;
    }

    private static boolean isExtended(String resource) {
        int slash = resource.indexOf('/');
        return slash > 0 && !resource.substring(0, slash).endsWith("kubernetes.io");
    }

    private static boolean portsAreFree(Pod pod, List<Pod> others) {
        List<ContainerPort> wanted = hostPorts(pod);
        if (wanted.isEmpty()) return true;
        return others.stream()
                .flatMap(other -> hostPorts(other).stream())
                .noneMatch(taken -> wanted.stream().anyMatch(port -> collide(port, taken)));
    }

    private static List<ContainerPort> hostPorts(Pod pod) {
        List<ContainerPort> ports = new ArrayList<>();
        for (ContainerRef ref : ContainerRef.allOf(pod)) {
            if (ref.kind() != ContainerRef.Kind.APP && ref.kind() != ContainerRef.Kind.SIDECAR) continue;
            for (ContainerPort port : ContainerRef.orEmpty(ref.container().getPorts())) {
                if (port.getHostPort() != null && port.getHostPort() > 0) ports.add(port);
            }
        }
        return ports;
    }

    private static boolean collide(ContainerPort one, ContainerPort other) {
        if (!one.getHostPort().equals(other.getHostPort())) return false;
        if (!protocol(one).equals(protocol(other))) return false;
        return isAny(one) || isAny(other) || one.getHostIP().equals(other.getHostIP());
    }

    private static String protocol(ContainerPort port) {
        return Objects.requireNonNullElse(port.getProtocol(), "TCP");
    }

    private static boolean isAny(ContainerPort port) {
        return port.getHostIP() == null || port.getHostIP().isEmpty() || "0.0.0.0".equals(port.getHostIP());
    }

    private static boolean bearsTaints(Pod pod, Node node) {
        List<Taint> taints = node.getSpec() == null
                ? List.of()
                : ContainerRef.orEmpty(node.getSpec().getTaints());
        return taints.stream()
                .filter(taint -> "NoExecute".equals(taint.getEffect()))
                .allMatch(taint -> NodeTerms.tolerates(pod, taint));
    }
}
