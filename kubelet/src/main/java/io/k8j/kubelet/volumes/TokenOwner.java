package io.k8j.kubelet.volumes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Says to whom the tokens in a Pod's volumes belong. Pure. */
final class TokenOwner {
    private TokenOwner() {}

    /** The user that all containers run as; null if one says none or they differ. */
    static Long of(Pod pod) {
        List<SecurityContext> contexts = new ArrayList<>();
        orEmpty(pod.getSpec().getInitContainers()).forEach(c -> contexts.add(c.getSecurityContext()));
        orEmpty(pod.getSpec().getContainers()).forEach(c -> contexts.add(c.getSecurityContext()));
        orEmpty(pod.getSpec().getEphemeralContainers()).forEach(c -> contexts.add(c.getSecurityContext()));
        PodSecurityContext whole = pod.getSpec().getSecurityContext();
        Long shared = whole == null ? null : whole.getRunAsUser();
        List<Long> users = contexts.stream()
                .map(own -> own == null || own.getRunAsUser() == null ? shared : own.getRunAsUser())
                .distinct()
                .toList();
        return users.size() == 1 ? users.getFirst() : null;
    }

    /** Whether the Pod's volumes are given to a group. */
    static boolean hasGroup(Pod pod) {
        PodSecurityContext whole = pod.getSpec().getSecurityContext();
        return whole != null && whole.getFsGroup() != null;
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }
}
