package dev.twinkeeper.scenarios;

import dev.twinkeeper.curator.recipes.CuratorRecipes;
import dev.twinkeeper.raw.recipes.RawRecipes;

class MixedRecipesTest extends RecipeSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.ofRecipes(new RawRecipes()).with(new RawRecipes(), new CuratorRecipes());
    }
}
