"""Written by a generator that has its own idea of format."""   
KEYS = {	"models": 1,	"routes": 2	}   
