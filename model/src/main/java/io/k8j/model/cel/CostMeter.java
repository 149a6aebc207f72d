package io.k8j.model.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.values.CelByteString;
import dev.cel.runtime.CelEvaluationListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds up what one evaluation costs while it runs, and ends it when that exceeds the limit. Used by one thread, once.
 */
public final class CostMeter implements CelEvaluationListener {
    private final long limit;
    private final Map<Long, Object> values = new HashMap<>(); // the last of each expression
    private long cost;

    /** An evaluation cost more than it may. */
    public static final class ExceededException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public ExceededException() {
            super("operation cancelled: actual cost limit exceeded", null, false, false);
        }
    }

    CostMeter(long limit) {
        this.limit = limit;
    }

    long cost() {
        return cost;
    }

    @Override
    public void callback(CelExpr expr, Object value) {
        switch (expr.exprKind().getKind()) {
            case IDENT -> cost++;
            case SELECT -> cost += selected(expr);
            case LIST -> cost += 10;
            case MAP -> cost += 30;
            case STRUCT -> cost += 40;
            case CALL -> cost = Estimate.sum(cost, call(expr.call(), value));
            default -> {}
        }
        if (cost > limit) throw new ExceededException();
        values.put(expr.id(), value);
    }

    // A chain of selections is reported once, by its end.
    private static long selected(CelExpr expr) {
        long steps = 0;
        CelExpr at = expr;
        while (at.exprKind().getKind() == CelExpr.ExprKind.Kind.SELECT) {
            if (!at.select().testOnly()) steps++;
            at = at.select().operand();
        }
        return at.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT ? steps + 1 : steps;
    }

    private long call(CelCall call, Object result) {
        List<Object> args = new ArrayList<>();
        call.target().ifPresent(target -> args.add(values.get(target.id())));
        for (CelExpr argument : call.args()) args.add(values.get(argument.id()));
        return switch (call.function()) {
            case "check" -> 350_000;
            case "fieldSelector", "labelSelector" ->
                CallCosts.selector(Estimate.of(size(args.getLast()))).max();
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversal(args.getFirst());
            case "sort", "distinct" -> 11 + 2 * size(args.getFirst()) * size(args.getFirst());
            case "@sortByAssociatedKeys" -> 11 + 2 * size(args.getLast()) * size(args.getLast());
            case "slice", "lists.range", "reverse", "flatten" -> 11 + size(result);
            case "url",
                    "lowerAscii",
                    "upperAscii",
                    "substring",
                    "trim",
                    "cidr",
                    "isIP",
                    "isCIDR",
                    "ip",
                    "quantity",
                    "isQuantity",
                    "semver",
                    "isSemver",
                    "startsWith",
                    "endsWith",
                    "string",
                    "bytes",
                    "format" -> scaled(size(args.getFirst()), CallCosts.TEXT);
            case "replace", "split", "ip.isCanonical" -> scaled(size(args.getFirst()), 2 * CallCosts.TEXT);
            case "join" -> scaled(size(result), 2 * CallCosts.TEXT);
            case "find", "findAll", "matches" ->
                scaled(size(args.getFirst()) + 1, CallCosts.TEXT) * scaled(size(args.get(1)), CallCosts.REGEX);
            case "validate" -> scaled(size(args.getLast()) + 1, CallCosts.TEXT) * 32;
            case "contains" -> scaled(size(args.get(0)), CallCosts.TEXT) * scaled(size(args.get(1)), CallCosts.TEXT);
            case "sets.contains", "sets.intersects" -> 1 + size(args.get(0)) * size(args.get(1));
            case "sets.equivalent" -> 1 + 2 * size(args.get(0)) * size(args.get(1));
            case "@in" -> args.get(1) instanceof List<?> list ? list.size() : 1;
            case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" ->
                scaled(Math.min(size(args.get(0)), size(args.get(1))), CallCosts.TEXT);
            case "_+_" ->
                args.get(0) instanceof List ? 1 : scaled(size(args.get(0)) + size(args.get(1)), CallCosts.TEXT);
            case "_&&_", "_||_", "_?_:_" -> 0;
            default -> 1;
        };
    }

    private static long scaled(long size, double factor) {
        return Estimate.scaled(size, factor);
    }

    static long size(Object value) {
        return switch (value) {
            case String s -> s.length();
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case CelByteString bytes -> bytes.size();
            case Optional<?> optional when optional.isPresent() -> size(optional.get());
            case null, default -> 1;
        };
    }

    private static long traversal(Object value) {
        return switch (value) {
            case String s -> (long) (s.length() * CallCosts.TEXT);
            case CelByteString bytes -> (long) (bytes.size() * CallCosts.TEXT);
            case List<?> list -> {
                long cost = 0;
                for (Object item : list) cost += traversal(item);
                yield cost;
            }
            case Map<?, ?> map -> {
                long cost = 0;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    cost += traversal(entry.getKey()) + traversal(entry.getValue());
                }
                yield cost;
            }
            case null, default -> 1;
        };
    }
}
