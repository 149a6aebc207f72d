package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the node knows of a Pod beside the runtime, for its status.
 *
 * @param waiting why a container that is to run does not, by container name
 * @param started ids of containers whose startup probe and postStart hook are done
 * @param ready ids of containers whose readiness probe succeeds, or that have none
 * @param hooked ids of containers whose postStart hook still runs
 * @param messages termination messages by container id
 * @param hostIps addresses of the node, the main one first
 * @param runtimeName scheme of container ids, such as {@code containerd}
 * @param resize conditions that tell of a resize under way, without times
 * @param standing what containers still have that are granted something else, by name; see {@link io.k8j.kubelet.pods.resize.Resizer#standing}
 * @param failure why the node refuses or ends the Pod; null if it does not
 */
public record PodView(
        Map<String, Waiting> waiting,
        Set<String> started,
        Set<String> ready,
        Set<String> hooked,
        Map<String, String> messages,
        List<String> hostIps,
        String runtimeName,
        List<PodCondition> resize,
        Map<String, ResourceRequirements> standing,
        Failure failure) {
    /** A reason and a message of a waiting state. */
    public record Waiting(String reason, String message) {}

    /**
     * The reason and message of a Pod that failed as a whole, such as Evicted or DeadlineExceeded.
     *
     * @param refused whether the node never took it
     * @param disruption what the condition DisruptionTarget says; null if there is none
     */
    public record Failure(String reason, String message, boolean refused, String disruption) {
        /** Of a Pod that ran, and whose own fault it is. */
        public Failure(String reason, String message) {
            this(reason, message, false, null);
        }
    }
}
