package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.k8j.client.Selectors;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Which Pods stand behind a Service, and by which ports. */
public final class ServicePods {
    private ServicePods() {}

    public static boolean hasSelector(Service service) {
        return !Nulls.map(service.getSpec().getSelector()).isEmpty();
    }

    public static boolean selects(Service service, Pod pod) {
        return hasSelector(service) && Selectors.containsAll(service.getSpec().getSelector(), Nulls.labels(pod));
    }

    public static boolean isExternalName(Service service) {
        return "ExternalName".equals(service.getSpec().getType());
    }

    public static boolean isHeadless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    /** Whether the Pod has an address that may be told. */
    public static boolean isCandidate(Pod pod, boolean includeTerminating) {
        return !Pods.isFinished(pod) && !ips(pod).isEmpty() && (includeTerminating || !Nulls.isDeleting(pod));
    }

    public static List<String> ips(Pod pod) {
        PodStatus status = pod.getStatus();
        List<PodIP> told = status == null ? List.of() : Nulls.list(status.getPodIPs());
        if (told.isEmpty()) { // as of all Pods until they run
            return status == null || Nulls.isEmpty(status.getPodIP()) ? List.of() : List.of(status.getPodIP());
        }
        List<String> ips = new ArrayList<>(told.size());
        for (PodIP one : told) {
            if (!Nulls.isEmpty(one.getIp())) ips.add(one.getIp());
        }
        return ips.isEmpty() && !Nulls.isEmpty(status.getPodIP()) ? List.of(status.getPodIP()) : ips;
    }

    /** The Pod's port for a Service port; empty if it has none of that name. */
    public static Optional<Integer> targetPort(Pod pod, ServicePort port) {
        if (port.getTargetPort() == null) {
            return Optional.ofNullable(port.getPort());
        }
        if (port.getTargetPort().getIntVal() != null) {
            int number = port.getTargetPort().getIntVal();
            return Optional.of(number == 0 ? port.getPort() : number);
        }
        String name = port.getTargetPort().getStrVal();
        String protocol = protocol(port.getProtocol());
        for (Container container : Nulls.list(pod.getSpec().getContainers())) {
            for (ContainerPort candidate : Nulls.list(container.getPorts())) {
                if (Objects.equals(name, candidate.getName()) && protocol.equals(protocol(candidate.getProtocol()))) {
                    return Optional.of(candidate.getContainerPort());
                }
            }
        }
        for (Container container : Nulls.list(pod.getSpec().getInitContainers())) {
            if (!"Always".equals(container.getRestartPolicy())) {
                continue; // only sidecars serve
            }
            for (ContainerPort candidate : Nulls.list(container.getPorts())) {
                if (Objects.equals(name, candidate.getName()) && protocol.equals(protocol(candidate.getProtocol()))) {
                    return Optional.of(candidate.getContainerPort());
                }
            }
        }
        return Optional.empty();
    }

    private static String protocol(String protocol) {
        return Nulls.or(protocol, "TCP");
    }

    public static ObjectReference reference(Pod pod) {
        return new ObjectReferenceBuilder()
                .withKind("Pod")
                .withNamespace(Nulls.namespace(pod))
                .withName(Nulls.name(pod))
                .withUid(Nulls.uid(pod))
                .build();
    }

    /** The Pod's own DNS name under a headless Service; null if it has none. */
    public static String hostname(Service service, Pod pod) {
        String hostname = pod.getSpec().getHostname();
        return !Nulls.isEmpty(hostname)
                        && Nulls.name(service).equals(pod.getSpec().getSubdomain())
                        && Nulls.namespace(service).equals(Nulls.namespace(pod))
                ? hostname
                : null;
    }

    /** Whether a change of a Pod matters to the Services that select it. */
    public static boolean isRelevant(Pod before, Pod now) {
        return Pods.isReady(before) != Pods.isReady(now)
                || Pods.isFinished(before) != Pods.isFinished(now)
                || Nulls.isDeleting(before) != Nulls.isDeleting(now)
                || !ips(before).equals(ips(now))
                || !Nulls.labels(before).equals(Nulls.labels(now))
                || !Objects.equals(before.getSpec().getNodeName(), now.getSpec().getNodeName())
                || !Objects.equals(before.getSpec().getHostname(), now.getSpec().getHostname());
    }
}
