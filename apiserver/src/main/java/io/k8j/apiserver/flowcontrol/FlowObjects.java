package io.k8j.apiserver.flowcontrol;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Map;

/** The mandatory and the suggested objects, as upstream has them at 1.36. */
public final class FlowObjects {
    static final GroupVersionResource SCHEMAS =
            new GroupVersionResource("flowcontrol.apiserver.k8s.io", "v1", "flowschemas");
    static final GroupVersionResource LEVELS =
            new GroupVersionResource("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations");
    static final String EXEMPT = "exempt";
    static final String CATCH_ALL = "catch-all";
    static final String AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";

    private static final String EVERYTHING = "'resourceRules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*'],"
            + "'clusterScope':true,'namespaces':['*']}],'nonResourceRules':[{'verbs':['*'],'nonResourceURLs':['*']}]";
    private static final String ANYBODY = group("system:unauthenticated") + "," + group("system:authenticated");
    private static final String KUBE_SYSTEM =
            "{'kind':'ServiceAccount','serviceAccount':{'name':'*','namespace':'kube-system'}}";

    private FlowObjects() {}

    /** With name and spec. */
    public static List<Map<String, Object>> mandatoryLevels() {
        return List.of(
                tree("{'metadata':{'name':'exempt','annotations':{'apf.kubernetes.io/autoupdate-spec':'true'}},'spec':{"
                        + "'type':'Exempt','exempt':{'nominalConcurrencyShares':0,'lendablePercent':0}}}"),
                limited("catch-all", 5, 0, "'limitResponse':{'type':'Reject'}"));
    }

    /** With name and spec. */
    public static List<Map<String, Object>> mandatorySchemas() {
        return List.of(
                schema("exempt", "exempt", 1, "", group("system:masters"), EVERYTHING),
                schema("catch-all", "catch-all", 10000, "ByUser", ANYBODY, EVERYTHING));
    }

    static List<Map<String, Object>> suggestedLevels() {
        return List.of(
                limited("system", 30, 33, queuing(64, 6)),
                limited("node-high", 40, 25, queuing(64, 6)),
                limited("leader-election", 10, 0, queuing(16, 4)),
                limited("workload-high", 40, 50, queuing(128, 6)),
                limited("workload-low", 100, 90, queuing(128, 6)),
                limited("global-default", 20, 50, queuing(128, 6)));
    }

    static List<Map<String, Object>> suggestedSchemas() {
        String managers = user("system:kube-controller-manager") + "," + user("system:kube-scheduler");
        String nodes = group("system:nodes");
        return List.of(
                schema("system-nodes", "system", 500, "ByUser", nodes, EVERYTHING),
                schema(
                        "system-node-high",
                        "node-high",
                        400,
                        "ByUser",
                        nodes,
                        "'resourceRules':[" + resources("'*'", "", "'nodes','nodes/status'", true) + ","
                                + resources("'*'", "coordination.k8s.io", "'leases'", false) + "]"),
                schema(
                        "probes",
                        "exempt",
                        2,
                        "",
                        ANYBODY,
                        "'nonResourceRules':[{'verbs':['get'],'nonResourceURLs':['/healthz','/readyz','/livez']}]"),
                schema(
                        "system-leader-election",
                        "leader-election",
                        100,
                        "ByUser",
                        managers + "," + KUBE_SYSTEM,
                        "'resourceRules':["
                                + resources("'get','create','update'", "coordination.k8s.io", "'leases'", false) + "]"),
                schema(
                        "kube-controller-manager",
                        "workload-high",
                        800,
                        "ByNamespace",
                        user("system:kube-controller-manager"),
                        EVERYTHING),
                schema(
                        "kube-scheduler",
                        "workload-high",
                        800,
                        "ByNamespace",
                        user("system:kube-scheduler"),
                        EVERYTHING),
                schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", KUBE_SYSTEM, EVERYTHING),
                schema("service-accounts", "workload-low", 9000, "ByUser", group("system:serviceaccounts"), EVERYTHING),
                schema("global-default", "global-default", 9900, "ByUser", ANYBODY, EVERYTHING));
    }

    static String name(Map<String, Object> tree) {
        return Trees.string(tree, "metadata", "name");
    }

    /** Empty for an object that is not stored. */
    static String uid(Map<String, Object> tree) {
        String uid = Trees.string(tree, "metadata", "uid");
        return uid == null ? "" : uid;
    }

    private static Map<String, Object> limited(String name, int shares, int lendable, String response) {
        return tree(
                ("{'metadata':{'name':'%s','annotations':{'apf.kubernetes.io/autoupdate-spec':'true'}},'spec':{'type':"
                                + "'Limited','limited':{'nominalConcurrencyShares':%d,%s,'lendablePercent':%d}}}")
                        .formatted(name, shares, response, lendable));
    }

    private static String queuing(int queues, int handSize) {
        return "'limitResponse':{'type':'Queue','queuing':{'queues':%d,'handSize':%d,'queueLengthLimit':50}}"
                .formatted(queues, handSize);
    }

    private static Map<String, Object> schema(
            String name, String level, int precedence, String distinguisher, String subjects, String rules) {
        String method = distinguisher.isEmpty() ? "" : "'distinguisherMethod':{'type':'" + distinguisher + "'},";
        return tree(("{'metadata':{'name':'%s','annotations':{'apf.kubernetes.io/autoupdate-spec':'true'}},'spec':{"
                        + "'priorityLevelConfiguration':{'name':'%s'},'matchingPrecedence':%d,%s'rules':[{'subjects':[%s],%s}]}}")
                .formatted(name, level, precedence, method, subjects, rules));
    }

    private static String resources(String verbs, String group, String resources, boolean cluster) {
        return "{'verbs':[%s],'apiGroups':['%s'],'resources':[%s],%s'namespaces':['*']}"
                .formatted(verbs, group, resources, cluster ? "'clusterScope':true," : "");
    }

    private static String group(String name) {
        return "{'kind':'Group','group':{'name':'" + name + "'}}";
    }

    private static String user(String name) {
        return "{'kind':'User','user':{'name':'" + name + "'}}";
    }

    private static Map<String, Object> tree(String json) {
        return Json.parseObject(json.replace('\'', '"'));
    }
}
