package io.k8j.model.cel;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What calls cost at worst, without their arguments. Any change here would change which rules are accepted: the figures
 * are upstream's.
 */
record CallCosts(Sizes sizes) {
    static final double TEXT = 0.1; // for each character once
    static final double REGEX = 0.25; // for each character of a pattern
    private static final int NAMED_FORMAT_REGEX = 128;
    private static final int MAX_FORMAT_NAME = 64;
    private static final long CHECK = 350_000; // so that an expression may ask the authorizer twice
    private static final Estimate ADDRESS = new Estimate(4, 16);
    private static final Set<String> ONE_UNIT = Set.of(
            "serviceAccount",
            "path",
            "group",
            "resource",
            "subresource",
            "namespace",
            "name",
            "allowed",
            "reason",
            "error",
            "errored",
            "masked",
            "prefixLength",
            "family",
            "isUnspecified",
            "isLoopback",
            "isLinkLocalMulticast",
            "isLinkLocalUnicast",
            "isGlobalUnicast",
            "format.named",
            "sign",
            "asInteger",
            "isInteger",
            "asApproximateFloat",
            "isGreaterThan",
            "isLessThan",
            "compareTo",
            "add",
            "sub",
            "major",
            "minor",
            "patch",
            "getScheme",
            "getHostname",
            "getHost",
            "getPort",
            "getEscapedPath",
            "getQuery");

    /** A cost, and the size of the result or null. */
    record Call(Estimate cost, Estimate result) {}

    /** The cost of a function that Kubernetes or one of CEL's extensions adds or prices itself; null for others. */
    Call extension(String function, String overload, CostNode target, List<CostNode> args) {
        Call known = sets(overload, args);
        if (known == null) known = lists(overload, target, args);
        if (known != null) return known;
        if (ONE_UNIT.contains(function)) return new Call(Estimate.ONE, null);
        return switch (function) {
            case "check" -> new Call(Estimate.of(CHECK), null);
            case "fieldSelector", "labelSelector" ->
                args.size() == 1 ? new Call(selector(size(args.get(0))), null) : null;
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> target == null ? null : traversal(target);
            case "url", "jsonpatch.escapeKey" -> args.size() == 1 ? text(size(args.get(0)), 1, true) : null;
            case "lowerAscii", "upperAscii", "substring", "trim" -> target == null ? null : text(size(target), 1, true);
            case "replace" -> target == null || args.size() < 2 ? null : replace(size(target), args);
            case "split" -> target == null ? null : split(size(target), args);
            case "join" -> target == null ? null : join(target, args);
            case "find", "findAll" -> target == null || args.isEmpty() ? null : find(size(target), size(args.get(0)));
            case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver" ->
                args.isEmpty() ? null : text(size(args.get(0)), 1, false);
            case "ip" ->
                overload.equals("cidr_ip")
                        ? new Call(Estimate.ONE, null)
                        : args.isEmpty() ? null : text(size(args.get(0)), 1, false);
            case "ip.isCanonical" -> args.isEmpty() ? null : text(size(args.get(0)), 2, false);
            case "containsIP", "containsCIDR" -> args.isEmpty() ? null : contains(function, overload, args.get(0));
            case "validate" ->
                args.isEmpty() ? null : new Call(size(args.get(0)).times(TEXT).times(NAMED_FORMAT_REGEX * REGEX), null);
            case "_==_" -> equality(args);
            default -> null;
        };
    }

    private Call sets(String overload, List<CostNode> args) {
        double factor = switch (overload) {
            case "list_sets_contains_list", "list_sets_intersects_list" -> 1;
            case "list_sets_equivalent_list" -> 2;
            default -> 0;
        };
        if (factor == 0 || args.size() != 2) return null;
        return new Call(size(args.get(0)).times(size(args.get(1))).times(factor).plus(Estimate.ONE), null);
    }

    private Call lists(String overload, CostNode target, List<CostNode> args) {
        if (overload.equals("lists_range")) return newList(1, Estimate.of(literal(args.get(0), Estimate.UNBOUNDED)));
        if (target == null || !overload.startsWith("list_")) return null;
        Estimate size = size(target);
        return switch (overload) {
            case "list_slice" -> {
                long end = literal(args.get(1), size.max());
                yield newList(1, Estimate.of(Math.max(0, end - literal(args.get(0), 0))));
            }
            case "list_reverse" -> newList(1, size);
            case "list_flatten" -> newList(1, size);
            case "list_flatten_list_int", "list_flatten_int" -> newList(literal(args.get(0), Estimate.UNBOUNDED), size);
            case "list_distinct" -> newList(2, size.times(size));
            default -> {
                if (overload.endsWith("_sort")) yield sorted(target);
                yield overload.endsWith("_sortByAssociatedKeys") ? sorted(args.get(0)) : null;
            }
        };
    }

    private Call sorted(CostNode keys) {
        CostNode items = items(keys);
        boolean text =
                items != null && Set.of(SimpleType.STRING, SimpleType.BYTES).contains(items.type());
        Estimate size = size(keys);
        return newList(text ? 2 + TEXT : 2, size.times(size));
    }

    private static Call newList(double factor, Estimate size) {
        return new Call(size.times(factor).plus(Estimate.of(11)), size);
    }

    private static long literal(CostNode node, long otherwise) {
        boolean whole = node.expr().exprKind().getKind() == Kind.CONSTANT
                && node.expr().constant().getKind() == CelConstant.Kind.INT64_VALUE;
        return whole ? Math.max(0, node.expr().constant().int64Value()) : otherwise;
    }

    private Estimate size(CostNode node) {
        return node.sizeOrUnknown(sizes);
    }

    private static Call text(Estimate size, int passes, boolean sameSize) {
        return new Call(size.times(passes * TEXT), sameSize ? size : null);
    }

    /** A selector is parsed, and each requirement (of two characters at least) becomes a struct with a list. */
    static Estimate selector(Estimate length) {
        return Estimate.of(10).plus(length.times(TEXT)).plus(length.times(0.5).times(50));
    }

    private Call traversal(CostNode target) {
        CostNode items = items(target);
        if (items == null) return new Call(size(target).times(TEXT), null);
        Estimate each = Estimate.ONE;
        if (items.type().equals(SimpleType.STRING) || items.type().equals(SimpleType.BYTES)) {
            each = each.plus(size(items).times(TEXT));
        }
        return new Call(size(target).times(each), null);
    }

    private static CostNode items(CostNode list) {
        List<CelType> parameters = list.type().parameters();
        if (parameters.isEmpty()) return null;
        List<String> path = null;
        if (list.path() != null) {
            path = new ArrayList<>(list.path());
            path.add("@items");
        }
        return new CostNode(path, parameters.getFirst(), null, null);
    }

    private Call replace(Estimate size, List<CostNode> args) {
        Estimate replaced = size(args.get(0));
        Estimate by = size(args.get(1));
        long mostTimes = 0;
        long mostKept = 0;
        if (replaced.min() == 0) {
            mostTimes = Estimate.sum(size.max(), 1);
            mostKept = size.max();
        } else if (by.max() <= replaced.min()) {
            mostKept = size.max();
        } else {
            mostTimes = Estimate.scaled(size.max(), 1.0 / replaced.min());
        }
        long leastTimes = 0;
        long leastKept = 0;
        if (replaced.max() == 0) {
            leastTimes = Estimate.sum(size.min(), 1);
            leastKept = size.min();
        } else if (replaced.max() <= by.min()) {
            leastKept = size.min();
        } else {
            leastTimes = Estimate.scaled(size.min(), 1.0 / replaced.max());
        }
        Estimate result = new Estimate(leastTimes, mostTimes).times(by).plus(new Estimate(leastKept, mostKept));
        return new Call(size.times(2 * TEXT), result);
    }

    private static Call split(Estimate size, List<CostNode> args) {
        long most = size.max();
        boolean limited = args.size() > 1
                && args.get(1).expr().exprKind().getKind() == Kind.CONSTANT
                && args.get(1).expr().constant().getKind() == CelConstant.Kind.INT64_VALUE;
        if (limited) {
            long limit = args.get(1).expr().constant().int64Value();
            most = limit < 0 ? Estimate.UNBOUNDED : limit;
        }
        return new Call(size.times(2 * TEXT), new Estimate(0, most));
    }

    private Call join(CostNode target, List<CostNode> args) {
        Estimate count = size(target);
        CostNode items = items(target);
        Estimate result = items == null ? Estimate.ZERO : count.times(size(items));
        if (!args.isEmpty()) {
            Estimate separators = new Estimate(Math.max(0, count.min() - 1), Math.max(0, count.max() - 1));
            result = result.plus(size(args.get(0)).times(separators));
        }
        return new Call(result.times(TEXT), result);
    }

    // One more than the length, so that an expensive pattern on an empty text is not free.
    private static Call find(Estimate text, Estimate pattern) {
        Estimate cost = text.plus(Estimate.ONE).times(TEXT).times(pattern.times(REGEX));
        return new Call(cost, new Estimate(0, text.max()));
    }

    private Call contains(String function, String overload, CostNode other) {
        Estimate cost = ADDRESS.plus(ADDRESS).times(TEXT);
        if (function.equals("containsCIDR"))
            cost = cost.plus(ADDRESS.times(TEXT)).plus(Estimate.ONE);
        if (overload.endsWith("_string")) cost = cost.plus(size(other).times(TEXT));
        return new Call(cost, null);
    }

    private static Call equality(List<CostNode> args) {
        if (args.size() != 2 || !args.get(0).type().equals(args.get(1).type())) return null;
        CelType type = args.get(0).type();
        if (type.equals(Values.NAMED_FORMAT)) return new Call(new Estimate(1, MAX_FORMAT_NAME).times(TEXT), null);
        if (type.equals(Values.URL)) {
            Estimate size = args.get(1).size();
            return new Call(new Estimate(1, size == null ? 1 : Math.max(1, size.max())).times(TEXT), null);
        }
        boolean cheap =
                Set.of(Values.IP, Values.CIDR, Values.QUANTITY, Values.SEMVER).contains(type)
                        || type.name().startsWith("kubernetes.authorization.");
        return cheap ? new Call(Estimate.ONE, null) : null;
    }

    /** The cost of a standard function, beyond its arguments'. */
    static Call standard(String overload, CostNode target, List<CostNode> args) {
        return switch (overload) {
            case "string_format" -> new Call(known(target).times(TEXT), null);
            case "string_to_bytes" -> {
                Estimate size = known(args.get(0));
                yield new Call(size.times(TEXT), new Estimate(size.min(), Estimate.product(size.max(), 4)));
            }
            case "bytes_to_string" -> {
                Estimate size = known(args.get(0));
                yield new Call(size.times(TEXT), new Estimate(size.min() / 4, size.max()));
            }
            case "strings_quote" -> {
                Estimate size = known(args.get(0));
                long most = Estimate.sum(Estimate.product(size.max(), 2), 2);
                yield new Call(size.times(TEXT), new Estimate(Estimate.sum(size.min(), 2), most));
            }
            case "starts_with_string", "ends_with_string" ->
                new Call(known(args.get(0)).times(TEXT), null);
            case "in_list" -> new Call(known(args.get(1)).times(1.0), null);
            case "matches_string" ->
                new Call(
                        known(target)
                                .plus(Estimate.ONE)
                                .times(TEXT)
                                .times(known(args.get(0)).times(REGEX)),
                        null);
            case "contains_string" ->
                new Call(known(target).times(TEXT).times(known(args.get(0)).times(TEXT)), null);
            case "add_list" -> new Call(Estimate.ONE, known(args.get(0)).plus(known(args.get(1))));
            case "add_string", "add_bytes" -> {
                Estimate result = known(args.get(0)).plus(known(args.get(1)));
                yield new Call(result.times(TEXT), result);
            }
            case "less_string",
                    "greater_string",
                    "less_equals_string",
                    "greater_equals_string",
                    "less_bytes",
                    "greater_bytes",
                    "less_equals_bytes",
                    "greater_equals_bytes",
                    "equals",
                    "not_equals" -> {
                long most =
                        Math.min(known(args.get(0)).max(), known(args.get(1)).max());
                yield new Call(new Estimate(most > 0 ? 1 : 0, most).times(TEXT), null);
            }
            default -> new Call(Estimate.ONE, null);
        };
    }

    private static Estimate known(CostNode node) {
        return node == null || node.size() == null ? Estimate.UNKNOWN : node.size();
    }
}
