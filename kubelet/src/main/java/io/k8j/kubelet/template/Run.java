package io.k8j.kubelet.template;

import io.k8j.kubelet.template.Piece.Command;
import io.k8j.kubelet.template.Piece.Operand;
import io.k8j.kubelet.template.Piece.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One rendering. Used by one thread. */
final class Run {
    /** Variables of one block; what is not here is in the block around it. */
    private record Scope(Map<String, Object> values, Scope around) {
        Scope inner() {
            return new Scope(new HashMap<>(4), this);
        }

        Scope holding(String name) {
            for (Scope scope = this; scope != null; scope = scope.around) {
                if (scope.values.containsKey(name)) return scope;
            }
            return null;
        }
    }

    private final Functions functions;
    private final StringBuilder out = new StringBuilder(512);

    private Run(Functions functions) {
        this.functions = functions;
    }

    private record Start(Run run, Object data) {
        String print(List<Piece> pieces) {
            Scope scope = new Scope(new HashMap<>(), null);
            scope.values.put("$", data);
            run.pieces(pieces, data, scope);
            return run.out.toString();
        }
    }

    /** Prepares a rendering. */
    static Printer of(Functions functions, Object data) {
        return new Start(new Run(functions), data)::print;
    }

    /** Prints pieces. */
    interface Printer {
        String print(List<Piece> pieces);
    }

    private void pieces(List<Piece> pieces, Object dot, Scope scope) {
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Text text -> out.append(text.text());
                case Piece.Print print -> out.append(Values.text(value(print.pipeline(), dot, scope)));
                case Piece.Set set -> set(set, value(set.pipeline(), dot, scope), scope);
                case Piece.If choice -> {
                    boolean holds = Values.truth(value(choice.condition(), dot, scope));
                    pieces(holds ? choice.then() : choice.otherwise(), dot, scope.inner());
                }
                case Piece.With with -> with(with, dot, scope);
                case Piece.Range range -> range(range, dot, scope);
            }
        }
    }

    private static void set(Piece.Set set, Object value, Scope scope) {
        Scope holder = set.declares() ? scope : scope.holding(set.variable());
        if (holder == null) {
            throw new TemplateException(set.pipeline().line(), "undefined variable \"%s\"".formatted(set.variable()));
        }
        holder.values.put(set.variable(), value);
    }

    private void with(Piece.With with, Object dot, Scope scope) {
        Object value = value(with.value(), dot, scope);
        Scope inner = scope.inner();
        if (with.variable() != null) inner.values.put(with.variable(), value);
        if (Values.truth(value)) pieces(with.then(), value, inner);
        else pieces(with.otherwise(), dot, inner);
    }

    private void range(Piece.Range range, Object dot, Scope scope) {
        Object value = value(range.value(), dot, scope);
        List<Map.Entry<Object, Object>> entries = entries(value, range.value().line());
        if (entries.isEmpty()) {
            pieces(range.otherwise(), dot, scope.inner());
            return;
        }
        for (Map.Entry<Object, Object> entry : entries) {
            Scope inner = scope.inner();
            if (range.key() != null) inner.values.put(range.key(), entry.getKey());
            if (range.element() != null) inner.values.put(range.element(), entry.getValue());
            pieces(range.body(), entry.getValue(), inner);
        }
    }

    private static List<Map.Entry<Object, Object>> entries(Object value, int line) {
        List<Map.Entry<Object, Object>> entries = new ArrayList<>();
        switch (value) {
            case null -> {}
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) entries.add(entry((long) i, list.get(i)));
            }
            case Map<?, ?> map -> new TreeMap<>(map).forEach((key, each) -> entries.add(entry(key, each)));
            case Long count -> {
                for (long i = 0; i < count; i++) entries.add(entry(i, i));
            }
            default -> throw new TemplateException(line, "range can't iterate over " + Values.text(value));
        }
        return entries;
    }

    private static Map.Entry<Object, Object> entry(Object key, Object value) {
        return new java.util.AbstractMap.SimpleImmutableEntry<>(key, value);
    }

    private Object value(Pipeline pipeline, Object dot, Scope scope) {
        Object value = null;
        boolean first = true;
        for (Command command : pipeline.commands()) {
            value = command(command, first, value, pipeline.line(), dot, scope);
            first = false;
        }
        return value;
    }

    private Object command(Command command, boolean first, Object before, int line, Object dot, Scope scope) {
        Operand head = command.operands().getFirst();
        if (!(head instanceof Operand.Function(String name))) {
            if (command.operands().size() > 1 || !first) {
                throw new TemplateException(line, "can't give argument to non-function");
            }
            return operand(head, line, dot, scope);
        }
        List<Object> arguments = new ArrayList<>(command.operands().size());
        for (Operand operand : command.operands().subList(1, command.operands().size())) {
            Object value = operand(operand, line, dot, scope);
            arguments.add(value);
            if (first && functions.settles(name, value)) return value;
        }
        if (!first) arguments.add(before);
        return call(name, arguments, line);
    }

    private Object call(String name, List<Object> arguments, int line) {
        try {
            return functions.call(name, arguments);
        } catch (IllegalArgumentException | ClassCastException | IndexOutOfBoundsException e) {
            throw new TemplateException(line, "error calling %s: %s".formatted(name, e.getMessage()));
        }
    }

    private Object operand(Operand operand, int line, Object dot, Scope scope) {
        return switch (operand) {
            case Operand.Constant(Object value) -> value;
            case Operand.Dot() -> dot;
            case Operand.Variable(String name) -> {
                Scope holder = scope.holding(name);
                if (holder == null) throw new TemplateException(line, "undefined variable \"%s\"".formatted(name));
                yield holder.values.get(name);
            }
            case Operand.Function(String name) -> call(name, List.of(), line);
            case Operand.Nested(Pipeline pipeline) -> value(pipeline, dot, scope);
            case Operand.Fields(Operand of, List<String> names) -> {
                Object value = operand(of, line, dot, scope);
                for (String name : names) {
                    if (value != null && !(value instanceof Map<?, ?>)) {
                        throw new TemplateException(
                                line, "can't evaluate field %s in %s".formatted(name, Values.text(value)));
                    }
                    value = value == null ? null : ((Map<?, ?>) value).get(name);
                }
                yield value;
            }
        };
    }
}
