package io.k8j.model.group;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/** The parts of the specs of PodGroups and of the templates of Workloads. Absent parts are null. */
public final class GroupTerms {
    private GroupTerms() {}

    /**
     * All at once, or one by one; exactly one of the two is there.
     *
     * @param basic empty
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SchedulingPolicy(Map<String, Object> basic, Gang gang) {
        public static SchedulingPolicy gang(int minCount) {
            return new SchedulingPolicy(null, new Gang(minCount));
        }
    }

    /** @param minCount how many Pods must have their place at the same time */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Gang(int minCount) {}

    /** Where the Pods of a group may be, as seen from each other. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SchedulingConstraints(List<TopologyConstraint> topology) {}

    /** @param key label of nodes that must have the same value for all */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TopologyConstraint(String key) {}

    /** A claim that Pods of the group share when they name the same. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Claim(String name, String resourceClaimName, String resourceClaimTemplateName) {}
}
