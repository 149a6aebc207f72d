package io.k8j.apiserver.discovery;

import java.util.List;
import java.util.Map;

/**
 * A group version that another server serves.
 *
 * @param current whether that server was just asked; if not, this is what it last said
 * @param resources in the aggregated form; empty if it never answered
 */
public record Foreign(
        String group,
        String version,
        long groupPriority,
        long versionPriority,
        boolean current,
        List<Map<String, Object>> resources) {}
