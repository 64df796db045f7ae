// Times Porcupine on histories that come as JSON on standard input, and writes one result a history to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

type call struct {
	F     string `json:"f"`
	Key   string `json:"key"`
	A     string `json:"a"`
	B     string `json:"b"`
	Out   string `json:"out"`
	Known bool   `json:"known"`
	From  int64  `json:"from"`
	To    int64  `json:"to"`
}

type history struct {
	Name  string `json:"name"`
	Model string `json:"model"`
	Calls []call `json:"calls"`
}

type request struct {
	WarmUps   int       `json:"warmUps"`
	Rounds    int       `json:"rounds"`
	LimitMs   int64     `json:"limitMs"`
	Histories []history `json:"histories"`
}

type result struct {
	Name    string  `json:"name"`
	Verdict string  `json:"verdict"`
	MeanMs  float64 `json:"meanMs"`
}

type registerInput struct {
	f    string
	a, b int
}

type registerOutput struct {
	known bool
	ok    bool
	value int
}

// As Porcupine's own tests do it: values are whole numbers, states are compared with ==.
var register = porcupine.Model{
	Init: func() interface{} { return 0 },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held := state.(int)
		in := input.(registerInput)
		out := output.(registerOutput)
		switch in.f {
		case "read":
			return !out.known || out.value == held, held
		case "write":
			return true, in.a
		}
		ok := !out.known || out.ok == (in.a == held)
		if in.a == held {
			return ok, in.b
		}
		return ok, held
	},
}

type kvInput struct {
	f, key, value string
}

type kvOutput struct {
	known bool
	value string
}

var kv = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[string][]porcupine.Operation{}
		var keys []string
		for _, each := range all {
			key := each.Input.(kvInput).key
			if _, known := byKey[key]; !known {
				keys = append(keys, key)
			}
			byKey[key] = append(byKey[key], each)
		}
		var parts [][]porcupine.Operation
		for _, key := range keys {
			parts = append(parts, byKey[key])
		}
		return parts
	},
	Init: func() interface{} { return "" },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		held := state.(string)
		in := input.(kvInput)
		out := output.(kvOutput)
		switch in.f {
		case "get":
			return !out.known || out.value == held, held
		case "put":
			return true, in.value
		}
		return true, held + in.value
	},
}

func operations(given history) (porcupine.Model, []porcupine.Operation) {
	numbers := map[string]int{"nil": 0}
	number := func(text string) int {
		if _, known := numbers[text]; !known {
			numbers[text] = len(numbers)
		}
		return numbers[text]
	}
	var all []porcupine.Operation
	for i, each := range given.Calls {
		operation := porcupine.Operation{ClientId: i, Call: each.From, Return: each.To}
		if given.Model == "kv" {
			operation.Input = kvInput{each.F, each.Key, each.A}
			operation.Output = kvOutput{each.Known, each.Out}
		} else {
			operation.Input = registerInput{each.F, number(each.A), number(each.B)}
			operation.Output = registerOutput{each.Known, each.Out == "true", number(each.Out)}
		}
		all = append(all, operation)
	}
	if given.Model == "kv" {
		return kv, all
	}
	return register, all
}

func peakKb() string {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			return strings.Fields(line)[1]
		}
	}
	return "0"
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	limit := time.Duration(asked.LimitMs) * time.Millisecond
	for _, given := range asked.Histories {
		model, all := operations(given)
		var took time.Duration
		var verdict porcupine.CheckResult
		rounds := 0
		for i := -asked.WarmUps; i < asked.Rounds; i++ {
			begun := time.Now()
			verdict = porcupine.CheckOperationsTimeout(model, all, limit)
			spent := time.Since(begun)
			if i >= 0 || spent > limit/10 {
				took += spent
				rounds++
			}
			// A history that takes so long needs no repetition to be measured.
			if spent > limit/10 {
				break
			}
		}
		line, _ := json.Marshal(result{given.Name, strings.ToLower(string(verdict)), took.Seconds() * 1000 / float64(rounds)})
		fmt.Println(string(line))
	}
	fmt.Printf("{\"peakKb\": %s}\n", peakKb())
}
