package io.k8j.model.group;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/** A PodGroup: Pods that are scheduled together. Shared, must not be changed. */
@Group("scheduling.k8s.io")
@Version("v1alpha2")
@JsonDeserialize(using = ValueDeserializer.None.class) // fabric8 would look for the class by its kind
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class PodGroup extends GroupObject {
    private static final long serialVersionUID = 1L;

    /** Name of the mode in which all Pods of a group are removed at once. */
    public static final String DISRUPTED_AS_ONE = "PodGroup";

    /** What is wanted. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            TemplateRef podGroupTemplateRef,
            GroupTerms.SchedulingPolicy schedulingPolicy,
            GroupTerms.SchedulingConstraints schedulingConstraints,
            List<GroupTerms.Claim> resourceClaims,
            String disruptionMode,
            String priorityClassName,
            Integer priority) {}

    /** What the group was made from. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TemplateRef(WorkloadTemplate workload) {}

    /** A template of a Workload in the same namespace. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WorkloadTemplate(String workloadName, String podGroupTemplateName) {}

    /** What was seen. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(List<Condition> conditions, List<ClaimStatus> resourceClaimStatuses) {}

    /** The claim that was made from the template of one of the group's claims. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ClaimStatus(String name, String resourceClaimName) {}

    private transient Spec spec;
    private transient Status status;

    public PodGroup() {
        super("PodGroup");
    }

    /** How many Pods must have their place at the same time; 0 if each may go as it can. */
    public int minCount() {
        GroupTerms.Gang gang = spec == null || spec.schedulingPolicy == null ? null : spec.schedulingPolicy.gang();
        return gang == null ? 0 : gang.minCount();
    }

    /** The label whose value must be the same for all nodes of the group; null if they may be anywhere. */
    public String topologyKey() {
        if (spec == null || spec.schedulingConstraints == null) return null;
        List<GroupTerms.TopologyConstraint> topology = spec.schedulingConstraints.topology();
        return topology == null || topology.isEmpty()
                ? null
                : topology.getFirst().key();
    }

    /** Whether its Pods are removed all at once. */
    @JsonIgnore
    public boolean isDisruptedAsOne() {
        return spec != null && DISRUPTED_AS_ONE.equals(spec.disruptionMode);
    }

    /** Counts when room is made for the group, or the group leaves as one. */
    public int priority() {
        return spec == null || spec.priority == null ? 0 : spec.priority;
    }

    /** The claims that its Pods may share. */
    public List<GroupTerms.Claim> claims() {
        return spec == null || spec.resourceClaims == null ? List.of() : spec.resourceClaims;
    }

    /** The condition of that type; null if there is none. */
    public Condition condition(String type) {
        if (status == null || status.conditions == null) return null;
        return status.conditions.stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst()
                .orElse(null);
    }

    public Spec getSpec() {
        return spec;
    }

    public void setSpec(Spec value) {
        spec = value;
    }

    public Status getStatus() {
        return status;
    }

    public void setStatus(Status value) {
        status = value;
    }
}
