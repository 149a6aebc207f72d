package io.k8j.model.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Estimates what an expression costs at worst, in CEL's cost units, from its form and the bounds of its variables: the
 * same figures as upstream's, for they decide which rules a definition may have.
 */
final class StaticCost {
    private static final Set<String> ACCUMULATORS = Set.of("__result__", "@result");
    private static final Estimate NEW_LIST = Estimate.of(10);
    private static final Estimate NEW_MAP = Estimate.of(30);
    private static final Estimate NEW_STRUCT = Estimate.of(40);

    private final CelAbstractSyntaxTree ast;
    private final Sizes sizes;
    private final CallCosts calls;
    private final Map<Long, List<String>> paths = new HashMap<>();
    private final Map<Long, Estimate> computedSizes = new HashMap<>();
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Map<String, Deque<Local>> locals = new HashMap<>();

    /** What the keys (or indices) and values of a container measure. */
    private record Entry(boolean list, Estimate key, Estimate value) {
        static Entry union(Entry a, Entry b) {
            return a == null || b == null ? null : new Entry(a.list, a.key.union(b.key), a.value.union(b.value));
        }
    }

    /** A variable of a comprehension. */
    private record Local(List<String> path, Estimate size, Entry entry) {}

    private StaticCost(CelAbstractSyntaxTree ast, Sizes sizes) {
        this.ast = ast;
        this.sizes = sizes;
        this.calls = new CallCosts(sizes);
    }

    static Estimate of(CelAbstractSyntaxTree ast, Sizes sizes) {
        return new StaticCost(ast, sizes).cost(ast.getExpr());
    }

    private Estimate cost(CelExpr e) {
        return switch (e.exprKind().getKind()) {
            case CONSTANT, NOT_SET -> Estimate.ZERO;
            case IDENT -> ident(e);
            case SELECT -> select(e);
            case CALL -> call(e);
            case LIST -> list(e);
            case MAP -> map(e);
            case STRUCT -> {
                Estimate sum = NEW_STRUCT;
                for (var entry : e.struct().entries()) sum = sum.plus(cost(entry.value()));
                yield sum;
            }
            case COMPREHENSION -> isBind(e.comprehension()) ? bind(e) : comprehension(e);
        };
    }

    private Estimate ident(CelExpr e) {
        Local local = local(e.ident().name());
        paths.put(e.id(), local != null ? local.path : List.of(e.ident().name()));
        return Estimate.ONE;
    }

    private Estimate select(CelExpr e) {
        CelExpr operand = e.select().operand();
        Estimate sum = cost(operand);
        if (e.select().testOnly()) return sum;
        CelKind kind = type(operand).kind();
        if (kind == CelKind.MAP || kind == CelKind.STRUCT || kind == CelKind.TYPE_PARAM) sum = sum.plus(Estimate.ONE);
        paths.put(e.id(), with(path(operand), e.select().field()));
        return sum;
    }

    private Estimate list(CelExpr e) {
        Estimate sum = NEW_LIST;
        Estimate item = e.list().elements().isEmpty() ? Estimate.ZERO : null;
        for (CelExpr element : e.list().elements()) {
            sum = sum.plus(cost(element));
            item = widest(item, sizeOrUnknown(element));
        }
        entries.put(e.id(), new Entry(true, Estimate.ONE, item));
        return sum;
    }

    private Estimate map(CelExpr e) {
        Estimate sum = NEW_MAP;
        boolean empty = e.map().entries().isEmpty();
        Estimate key = empty ? Estimate.ZERO : null;
        Estimate value = empty ? Estimate.ZERO : null;
        for (CelExpr.CelMap.Entry entry : e.map().entries()) {
            sum = sum.plus(cost(entry.key())).plus(cost(entry.value()));
            key = widest(key, sizeOrUnknown(entry.key()));
            value = widest(value, sizeOrUnknown(entry.value()));
        }
        entries.put(e.id(), new Entry(false, key, value));
        return sum;
    }

    private static Estimate widest(Estimate known, Estimate more) {
        return known == null ? more : known.union(more);
    }

    private Estimate comprehension(CelExpr e) {
        CelComprehension loop = e.comprehension();
        Estimate sum = cost(loop.iterRange()).plus(cost(loop.accuInit()));
        push(loop.accuVar(), new Local(path(loop.accuInit()), size(loop.accuInit()), entry(loop.accuInit())));
        boolean two = !loop.iterVar2().isEmpty();
        pushIteration(loop, two);
        Estimate each = cost(loop.loopCondition());
        each = cost(loop.loopStep()).plus(each);
        locals.get(loop.iterVar()).pop();
        if (two) locals.get(loop.iterVar2()).pop();
        sum = sum.plus(cost(loop.result()));
        locals.get(loop.accuVar()).pop();
        Estimate count = sizeOrUnknown(loop.iterRange());
        sum = sum.plus(count.times(each));
        Kind start = loop.accuInit().exprKind().getKind();
        if (start == Kind.CONSTANT) {
            setSize(e, size(loop.accuInit()));
        } else if (start == Kind.LIST || start == Kind.MAP) {
            setSize(e, count);
            setEntry(e, entry(loop.loopStep()));
        }
        return sum;
    }

    private void pushIteration(CelComprehension loop, boolean two) {
        CelExpr range = loop.iterRange();
        Entry entry = entry(range);
        boolean list = entry != null ? entry.list : type(range).kind() == CelKind.LIST;
        List<String> path = path(range);
        Local key = new Local(with(path, list ? "@indices" : "@keys"), entry == null ? null : entry.key, null);
        Local value = new Local(with(path, list ? "@items" : "@values"), entry == null ? null : entry.value, null);
        if (two) {
            push(loop.iterVar(), key);
            push(loop.iterVar2(), value);
        } else {
            push(loop.iterVar(), list ? value : key);
        }
    }

    private static boolean isBind(CelComprehension loop) {
        CelExpr range = loop.iterRange();
        CelExpr condition = loop.loopCondition();
        return range.exprKind().getKind() == Kind.LIST
                && range.list().elements().isEmpty()
                && condition.exprKind().getKind() == Kind.CONSTANT
                && condition.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
                && !condition.constant().booleanValue()
                && !ACCUMULATORS.contains(loop.accuVar());
    }

    private Estimate bind(CelExpr e) {
        CelComprehension loop = e.comprehension();
        Estimate sum = cost(loop.iterRange()).plus(cost(loop.accuInit()));
        push(loop.accuVar(), new Local(path(loop.accuInit()), size(loop.accuInit()), entry(loop.accuInit())));
        sum = sum.plus(cost(loop.result()));
        locals.get(loop.accuVar()).pop();
        setSize(e, size(loop.result()));
        setEntry(e, entry(loop.result()));
        return sum;
    }

    private Estimate call(CelExpr e) {
        CelCall call = e.call();
        if (call.function().equals("dyn") && !call.args().isEmpty()) {
            CelExpr argument = call.args().getFirst();
            Estimate cost = cost(argument).plus(Estimate.ONE);
            setSize(e, size(argument));
            setEntry(e, entry(argument));
            return cost;
        }
        List<CostNode> nodes = new ArrayList<>();
        List<Estimate> costs = new ArrayList<>();
        for (CelExpr argument : call.args()) {
            costs.add(cost(argument));
            nodes.add(node(argument));
        }
        List<String> overloads = ast.getReference(e.id())
                .map(r -> (List<String>) r.overloadIds())
                .orElse(List.of());
        if (overloads.isEmpty()) return Estimate.ZERO;
        Estimate sum = Estimate.ZERO;
        CostNode target = null;
        if (call.target().isPresent()) {
            sum = cost(call.target().get());
            target = node(call.target().get());
        }
        Estimate cost = null;
        Estimate result = null;
        for (String overload : overloads) {
            CallCosts.Call one = function(e, overload, target, nodes, costs);
            cost = widest(cost, one.cost());
            if (one.result() != null) result = widest(result, one.result());
            if (overload.equals("index_list") || overload.equals("index_map")) {
                Entry entry = entry(call.args().getFirst());
                result = entry == null ? null : entry.value;
                paths.put(
                        e.id(),
                        with(path(call.args().getFirst()), overload.equals("index_list") ? "@items" : "@values"));
            }
            if (result == null) result = size(e);
        }
        setSize(e, result);
        return sum.plus(cost);
    }

    private CallCosts.Call function(
            CelExpr e, String overload, CostNode target, List<CostNode> args, List<Estimate> costs) {
        Estimate arguments = Estimate.ZERO;
        for (Estimate cost : costs) arguments = arguments.plus(cost);
        CallCosts.Call known = calls.extension(e.call().function(), overload, target, args);
        if (known != null) return new CallCosts.Call(known.cost().plus(arguments), known.result());
        switch (overload) {
            case "logical_or", "logical_and" -> {
                Estimate most = costs.get(0).plus(costs.get(1));
                return new CallCosts.Call(new Estimate(costs.get(0).min(), most.max()), null);
            }
            case "conditional" -> {
                setEntry(
                        e,
                        Entry.union(entry(args.get(1).expr()), entry(args.get(2).expr())));
                Estimate result = known(args.get(1)).union(known(args.get(2)));
                return new CallCosts.Call(costs.get(0).plus(costs.get(1).union(costs.get(2))), result);
            }
            case "add_string", "add_bytes", "add_list" ->
                setEntry(
                        e,
                        Entry.union(entry(args.get(0).expr()), entry(args.get(1).expr())));
            default -> {}
        }
        CallCosts.Call standard = CallCosts.standard(overload, target, args);
        return new CallCosts.Call(standard.cost().plus(arguments), standard.result());
    }

    private static Estimate known(CostNode node) {
        return node.size() == null ? Estimate.UNKNOWN : node.size();
    }

    private CostNode node(CelExpr e) {
        List<String> path = path(e);
        boolean accumulated = path != null && !path.isEmpty() && ACCUMULATORS.contains(path.getFirst());
        return new CostNode(accumulated ? null : path, type(e), e, size(e));
    }

    private Estimate sizeOrUnknown(CelExpr e) {
        Estimate size = size(e);
        return size == null ? Estimate.UNKNOWN : size;
    }

    private Estimate size(CelExpr e) {
        Estimate computed = computedSizes.get(e.id());
        if (computed != null) return computed;
        Estimate literal = literalSize(e);
        if (literal != null) return literal;
        List<String> path = path(e);
        Estimate known = path == null || path.isEmpty() ? null : sizes.of(path);
        if (known != null) {
            computedSizes.put(e.id(), known);
            return known;
        }
        if (isScalar(type(e))) return Estimate.ONE;
        Local local = e.exprKind().getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local == null ? null : local.size;
    }

    private static Estimate literalSize(CelExpr e) {
        return switch (e.exprKind().getKind()) {
            case CONSTANT ->
                switch (e.constant().getKind()) {
                    case STRING_VALUE -> {
                        String text = e.constant().stringValue();
                        yield Estimate.of(text.codePointCount(0, text.length()));
                    }
                    case BYTES_VALUE -> Estimate.of(e.constant().bytesValue().size());
                    default -> Estimate.ONE;
                };
            case LIST -> Estimate.of(e.list().elements().size());
            case MAP -> Estimate.of(e.map().entries().size());
            default -> null;
        };
    }

    static boolean isScalar(CelType type) {
        if (type instanceof OptionalType) return isScalar(type.parameters().getFirst());
        return Set.of(
                        SimpleType.BOOL,
                        SimpleType.DOUBLE,
                        SimpleType.DURATION,
                        SimpleType.INT,
                        SimpleType.TIMESTAMP,
                        SimpleType.UINT)
                .contains(type);
    }

    private Entry entry(CelExpr e) {
        Entry known = entries.get(e.id());
        if (known != null) return known;
        Local local = e.exprKind().getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local == null ? null : local.entry;
    }

    private void setSize(CelExpr e, Estimate size) {
        if (size != null) computedSizes.put(e.id(), size);
    }

    private void setEntry(CelExpr e, Entry entry) {
        if (entry != null) entries.put(e.id(), entry);
    }

    private List<String> path(CelExpr e) {
        Local local = e.exprKind().getKind() == Kind.IDENT ? local(e.ident().name()) : null;
        return local != null ? local.path : paths.get(e.id());
    }

    // A value of unknown origin has parts of unknown origin; upstream gives them a path that no schema has.
    private static List<String> with(List<String> path, String step) {
        List<String> longer = new ArrayList<>(path == null ? List.of() : path);
        longer.add(step);
        return longer;
    }

    private CelType type(CelExpr e) {
        return ast.getType(e.id()).orElse(SimpleType.DYN);
    }

    private Local local(String name) {
        Deque<Local> stack = locals.get(name);
        return stack == null ? null : stack.peek();
    }

    private void push(String name, Local local) {
        locals.computeIfAbsent(name, n -> new ArrayDeque<>()).push(local);
    }
}
