package io.k8j.schema.lambda;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** Lambdas of all kinds; {@link #get} tells what they did. Compiled with the tests, then converted by one of them. */
@SuppressWarnings({"unused", "UnnecessaryLambda"})
public final class Lambdas extends LambdasBase implements Supplier<List<Object>> {
    interface Numbers {
        long of(int small, long large, double real, byte tiny);
    }

    interface Variable {
        String join(String... parts);
    }

    interface Generic<T extends Comparable<T>> {
        T greater(T a, T b);
    }

    interface SerializableSupplier extends Supplier<String>, Serializable {}

    interface WithDefault {
        private static String hidden(String text) {
            return "hidden " + text;
        }

        private String own(String text) {
            return "own " + text;
        }

        default List<String> both() {
            Function<String, String> first = WithDefault::hidden;
            Function<String, String> second = this::own;
            return List.of(first.apply("a"), second.apply("b"));
        }
    }

    private record Pair(int left, Object right) {}

    private enum Kind {
        SMALL,
        LARGE
    }

    private final class Inner {
        private String secret() {
            Supplier<String> deeper = () -> text + "/" + privately(3);
            return deeper.get();
        }
    }

    private final String text = "text";
    private final List<Object> results = new ArrayList<>();

    private String privately(int number) {
        return "private " + number;
    }

    private static long added(int small, long large, double real, byte tiny) {
        return small + large + (long) real + tiny;
    }

    private static String joined(String... parts) {
        return String.join("+", parts);
    }

    @Override
    public List<Object> get() {
        captures();
        references();
        conversions();
        others();
        return results;
    }

    private void captures() {
        int number = 7;
        long large = 1L << 40;
        double real = 2.5;
        boolean yes = true;
        byte[] bytes = {1, 2};
        char letter = 'x';
        Supplier<String> all = () -> number + " " + large + " " + real + " " + yes + " " + bytes.length + letter + text;
        results.add(all.get());
        LongUnaryOperator more = value -> value + large + number;
        results.add(more.applyAsLong(1));
        Callable<Supplier<String>> nested = () -> () -> privately(number) + real;
        try {
            results.add(nested.call().get());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        results.add(new Inner().secret());
    }

    private void references() {
        Function<Integer, String> bound = this::privately;
        results.add(bound.apply(4));
        BiFunction<Integer, Object, Pair> pair = Pair::new;
        results.add(pair.apply(1, "r").toString());
        IntFunction<int[]> array = int[]::new;
        results.add(array.apply(3).length);
        Function<String, Integer> unbound = String::length;
        results.add(unbound.apply("four"));
        Function<Kind, String> name = Enum::name;
        results.add(name.apply(Kind.LARGE));
        Function<String, Kind> value = Kind::valueOf;
        results.add(value.apply("SMALL").ordinal());
        Supplier<String> above = super::toString;
        results.add(above.get());
        Supplier<String> inherited = this::shielded;
        results.add(inherited.get());
        UnaryOperator<String> trimmed = String::strip;
        results.add(trimmed.apply(" a "));
        results.addAll(new WithDefault() {}.both());
        Function<List<String>, Integer> ofInterface = List::size;
        results.add(ofInterface.apply(List.of("a", "b")));
    }

    private void conversions() {
        Numbers numbers = Lambdas::added;
        results.add(numbers.of(1, 2, 3.9, (byte) 4));
        IntBinaryOperator greatest = Math::max;
        results.add(greatest.applyAsInt(3, 9));
        ToLongFunction<Integer> widened = Integer::intValue;
        results.add(widened.applyAsLong(5));
        Function<Integer, Long> boxed = Integer::longValue;
        results.add(boxed.apply(6));
        Supplier<Object> boxedResult = results::size;
        results.add(boxedResult.get());
        LongSupplier fromInt = results::size;
        results.add(fromInt.getAsLong());
        DoubleSupplier fromLong = fromInt::getAsLong;
        results.add(fromLong.getAsDouble());
        Function<Character, Boolean> letter = Character::isLetter;
        results.add(letter.apply('a'));
        BooleanSupplier unboxed = Boolean.TRUE::booleanValue;
        results.add(unboxed.getAsBoolean());
        Consumer<Object> dropped = results::add;
        dropped.accept("dropped result");
        Consumer<Integer> wide = Lambdas::wide;
        wide.accept(3);
    }

    private static double wide(double value) {
        return value;
    }

    private void others() {
        Variable variable = Lambdas::joined;
        results.add(variable.join("a", "b"));
        Generic<String> greater = (a, b) -> a.compareTo(b) > 0 ? a : b;
        results.add(greater.greater("a", "b"));
        SerializableSupplier serializable = () -> "kept as it was";
        results.add(serializable.get());
        Runnable both = (Runnable & Serializable) () -> results.add("intersection");
        both.run();
        Supplier<String> first = once();
        results.add(first == once());
        Function<Object, String> cast = castOf(String::toUpperCase);
        try {
            results.add(cast.apply(1));
        } catch (ClassCastException expected) {
            results.add("wrong type seen");
        }
    }

    private static Supplier<String> once() {
        return () -> "single";
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Function<Object, String> castOf(Function<String, String> narrow) {
        return (Function) narrow;
    }
}
